package trace

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/router/jobs"
	"github.com/odoobridge/odoobridge/router/lane"
)

// LoadLine is what a line of a load says beside: every document of the entities was sent to the lane's channel, as it was then.
type LoadLine struct {
	Lane     string    `json:"lane"`
	Ended    time.Time `json:"ended,omitzero"` // not there: it is under way
	Entities []string  `json:"entities"`
	Things   []Sending `json:"things"`
	Note     string    `json:"note,omitempty"`
}

// Sending is what a load meant for one thing.
type Sending struct {
	Subject string `json:"subject"`
	Sent    string `json:"sent"`
}

// What a load meant for a thing.
const (
	SentYes     = "sent"    // the broker has confirmed its document
	SentPerhaps = "perhaps" // it came, went or crossed the edge of the lane's view meanwhile, or what it was is not known: the journal has not kept it, or it is too long ago
	SentNotYet  = "not yet" // the load has not got to it
	SentParked  = "parked"  // the broker can never take it
)

// sending is a load of a lane, and what is told of it.
type sending struct {
	lane *Lane
	load *lane.Load
	line Line
}

// linesOfLoads tells when the documents of the trace's things were sent to a lane's channel with all others.
func (f *finder) linesOfLoads(ctx context.Context) (lines []Line, err error) {
	all := f.loads()
	for _, t := range f.things {
		if err := f.tellLoads(ctx, t, all); err != nil {
			return nil, err
		}
	}
	for _, a := range all {
		if len(a.line.Load.Things) > 0 {
			lines = append(lines, a.line)
		}
	}
	return lines, nil
}

// loads are those of the lanes that are asked for, without those that a job's line tells.
func (f *finder) loads() (all []*sending) {
	for i := range f.src.Lanes {
		l := &f.src.Lanes[i]
		if f.req.Channel != "" && l.Spec.Channel != f.req.Channel {
			continue
		}
		for n := range l.Loads {
			load := &l.Loads[n]
			if load.Job == "" || !slices.ContainsFunc(f.src.Jobs, func(j jobs.Job) bool { return j.ID == load.Job }) {
				all = append(all, &sending{l, load, lineOfLoad(l, load)})
			}
		}
	}
	return all
}

// tellLoads adds a thing to what is told of the loads that sent it.
func (f *finder) tellLoads(ctx context.Context, t *thing, all []*sending) error {
	all = slices.DeleteFunc(slices.Clone(all), func(a *sending) bool { return !slices.Contains(a.load.Entities, t.doc.Entity) })
	if len(all) == 0 {
		return nil
	}
	back := int64(math.MaxInt64)
	for _, a := range all {
		back = min(back, a.load.From)
	}
	p, err := f.pastOf(ctx, t, back)
	if err != nil {
		return err
	}
	for _, a := range all {
		switch sent, err := f.sentIn(a.lane, a.load, p); {
		case err != nil:
			return fmt.Errorf("judge %s for lane %s: %w", t.doc.Subject, a.lane.Spec.ID(), err)
		case sent != "":
			a.line.Load.Things = append(a.line.Load.Things, Sending{t.doc.Subject, sent})
		}
	}
	return nil
}

func lineOfLoad(l *Lane, load *lane.Load) Line {
	line := &LoadLine{Lane: l.Spec.ID(), Ended: load.Ended, Entities: load.Entities}
	if l.Rules != nil && l.Rules.Since.After(load.Began) {
		line.Note = "as the lane is configured since " + l.Rules.Since.Format(time.DateTime)
	}
	why := "the lane was new"
	switch load.Why {
	case "": // a version that did not note it began it
		why = "the lane was new, or began anew"
	case lane.LoadGap:
		why = "the lane began anew after a gap"
	case lane.LoadAdded:
		why = fmt.Sprintf("%s came to the lane, sent by job %s", strings.Join(load.Entities, " "), load.Job)
	}
	return Line{Time: load.Began, Kind: KindLoad, What: "initial load began", About: line.Lane, Why: why, Load: line}
}

// sentIn is what a load meant for a thing, "" if nothing: it was not there, or not in the lane's view. What it was when its page
// was read is between what it was when the load began and what it was when the last page was read.
func (f *finder) sentIn(l *Lane, load *lane.Load, p *past) (string, error) {
	d := &p.thing.doc
	if f.parkedIn(l, load, d.Subject) {
		return SentParked, nil
	}
	if !load.Reached(d.Entity, d.Key) {
		now, err := p.at(&l.Spec, math.MaxInt64)
		if err != nil || now == hidden {
			return "", err
		}
		return SentNotYet, nil
	}
	to := load.To
	if load.Ended.IsZero() {
		to = math.MaxInt64
	}
	switch seen, err := p.views(&l.Spec, load.From, to); {
	case err != nil || !seen[visible] && !seen[unknown]:
		return "", err
	case !seen[hidden] && !seen[unknown]:
		return SentYes, nil
	}
	return SentPerhaps, nil
}

// parkedIn reports whether a thing's document was put aside in a load.
func (f *finder) parkedIn(l *Lane, load *lane.Load, subject string) bool {
	return slices.ContainsFunc(f.src.Parked, func(p jobs.Parked) bool {
		return p.Channel == l.Spec.Channel && p.Lane == l.Spec.Name && strings.Contains(p.Event, "-snapshot-"+subject+"-r") &&
			!p.At.Before(load.Began) && (load.Ended.IsZero() || !p.At.After(load.Ended))
	})
}

// detail is for a person.
func (l *LoadLine) detail() string {
	var parts []string
	if l.Ended.IsZero() {
		parts = append(parts, "under way")
	} else {
		parts = append(parts, "ended at "+l.Ended.UTC().Format(time.DateTime))
	}
	for _, w := range []struct{ sent, words string }{
		{SentYes, "sent "}, {SentPerhaps, "perhaps sent "}, {SentNotYet, "not yet sent "}, {SentParked, "parked "},
	} {
		var list []string
		for _, t := range l.Things {
			if t.Sent == w.sent {
				list = append(list, t.Subject)
			}
		}
		if len(list) > 0 {
			parts = append(parts, w.words+strings.Join(list, " "))
		}
	}
	if l.Note != "" {
		parts = append(parts, l.Note)
	}
	return strings.Join(parts, ", ")
}
