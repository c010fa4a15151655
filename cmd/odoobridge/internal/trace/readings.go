package trace

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Kinds of readings.
const (
	ReadFirst  = "first reading" // documents are stored as they are, and nothing is news
	ReadAnew   = "resync"        // all tables, with a new slot: what differs is told
	ReadTables = "take-up"       // some tables beside the slot: likewise
)

// Reading is a time at which tables of Odoo were read as they were, and not followed in the log.
type Reading struct {
	Kind     string    `json:"kind"`
	At       time.Time `json:"at"`  // of the events that it led to
	LSN      string    `json:"lsn"` // and their position
	Why      string    `json:"why"`
	By       string    `json:"by,omitempty"`       // the person who asked for it
	Tables   []string  `json:"tables,omitempty"`   // none: all
	Entities []string  `json:"entities,omitempty"` // that show them, where not all tables were read
	After    int64     `json:"after"`              // the journal's last entry before it
}

// metaReadings is where the store has the newest readings, oldest first.
const metaReadings = "readings"

// mostReadings are kept.
const mostReadings = 50

// meta is what of a store is read.
type meta interface {
	Meta(ctx context.Context, name string) (value string, found bool, err error)
}

// ReadingsIn are the readings that the store remembers, oldest first.
func ReadingsIn(ctx context.Context, s meta) (list []Reading, err error) {
	text, found, err := s.Meta(ctx, metaReadings)
	if err == nil && found {
		err = json.Unmarshal([]byte(text), &list)
	}
	if err != nil {
		return nil, fmt.Errorf("read when tables were read: %w", err)
	}
	return list, nil
}

// Note is what becomes durable with a reading so that traces tell of it.
func (r Reading) Note(ctx context.Context, s meta) (name, value string, err error) {
	list, err := ReadingsIn(ctx, s)
	if err != nil {
		return "", "", err
	}
	list = append(list, r)
	text, err := json.Marshal(list[max(0, len(list)-mostReadings):])
	return metaReadings, string(text), err
}

// Effects of a reading on a thing.
const (
	EffectStored = "stored" // as it was; nothing was told
	EffectTold   = "told"   // it differed from what channels had been told
	EffectSame   = "same"
	EffectGone   = "unknown" // retention has taken what it told, if it told anything
)

// Effect is what a reading meant for one thing.
type Effect struct {
	Subject string   `json:"subject"`
	Effect  string   `json:"effect"`
	Events  []string `json:"events,omitempty"` // told
}

// ReadingLine is what a line of a reading says beside.
type ReadingLine struct {
	LSN     string   `json:"lsn"`
	By      string   `json:"by,omitempty"`
	Tables  []string `json:"tables,omitempty"` // none: all
	Effects []Effect `json:"effects"`
}

// linesOfReadings tells when tables were read in which the trace's things are, and with which effect on them.
func (f *finder) linesOfReadings(ctx context.Context, events []Line) (lines []Line, err error) {
	first, _, err := f.src.Store.JournalBounds(ctx)
	if err != nil {
		return nil, err
	}
	for i := range f.src.Readings {
		r := &f.src.Readings[i]
		line := &ReadingLine{LSN: r.LSN, By: r.By, Tables: r.Tables}
		for _, t := range f.things {
			if e := r.on(&t.doc, events, first); e != nil {
				line.Effects = append(line.Effects, *e)
			}
		}
		if len(line.Effects) == 0 {
			continue
		}
		about := "all tables"
		if len(r.Tables) > 0 {
			about = strings.Join(r.Tables, " ")
		}
		lines = append(lines, Line{Time: r.At, Kind: KindReading, What: r.Kind, About: about, Why: r.Why, Reading: line})
	}
	return lines, nil
}

// on is the reading's effect on a document, nil if it had nothing to do with it: it was not there yet, or not any more.
func (r *Reading) on(d *store.Document, events []Line, first int64) *Effect {
	if !r.compared(d.Entity) {
		return nil
	}
	e := &Effect{Subject: d.Subject, Effect: EffectSame}
	var oldest, before *Line
	for i := range events {
		switch l := &events[i]; {
		case l.About != d.Subject:
		case l.Resync && l.LSN == r.LSN:
			e.Effect, e.Events = EffectTold, append(e.Events, l.Event.ID)
		default:
			if oldest == nil || l.Entry < oldest.Entry {
				oldest = l
			}
			if l.Entry <= r.After && (before == nil || l.Entry > before.Entry) {
				before = l
			}
		}
	}
	switch {
	case e.Effect == EffectTold:
	case before != nil && strings.HasSuffix(before.What, ".deleted"):
		return nil
	case before == nil && oldest != nil && oldest.Revision == 1: // made later
		return nil
	case before == nil && first > r.After+1 && r.Kind == ReadFirst: // or made later
		return nil
	case before == nil && first > r.After+1:
		e.Effect = EffectGone
	case r.Kind == ReadFirst:
		e.Effect = EffectStored
	}
	return e
}

func (r *Reading) compared(entity string) bool {
	return len(r.Tables) == 0 || slices.Contains(r.Entities, entity)
}

// detail names what was told, and counts the rest.
func (l *ReadingLine) detail() string {
	var parts []string
	counts := map[string]int{}
	for _, e := range l.Effects {
		if counts[e.Effect]++; e.Effect == EffectTold {
			parts = append(parts, "told "+e.Subject+" "+strings.Join(e.Events, " "))
		}
	}
	for _, c := range []struct{ effect, one, some string }{
		{EffectStored, "stored %s as it was", "stored %d things as they were"}, {EffectSame, "nothing differed of %s", "nothing differed of %d things"},
		{EffectGone, "what it told of %s is not in the journal any more", "what it told of %d things is not in the journal any more"},
	} {
		switch n := counts[c.effect]; n {
		case 0:
		case 1:
			for _, e := range l.Effects {
				if e.Effect == c.effect {
					parts = append(parts, fmt.Sprintf(c.one, e.Subject))
				}
			}
		default:
			parts = append(parts, fmt.Sprintf(c.some, n))
		}
	}
	if l.By != "" {
		parts = append(parts, "by "+l.By)
	}
	return strings.Join(parts, ", ")
}
