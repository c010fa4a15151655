package router

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// Under load, rows and documents are not written to their tables with every
// group: the same ones change again and again, and each write costs a page. What is
// durable instead is a line per changed row, in the redo table, and the events
// themselves, which carry their documents. Open plays both back. A checkpoint writes
// everything to its own table and empties the redo table, in one commit.

// When a group is written through, and when redo has become long enough.
const (
	smallGroup      = 256     // changes that are written to their tables at once
	checkpointDirty = 150_000 // rows, sums and documents waiting in memory
	checkpointBytes = 32 << 20
)

// redo is what is not yet in its own table.
type redo struct {
	lines   []byte // of the group
	next    int64  // number of the next entry
	entries []store.Row
	bytes   int
	// checkpoint is the last event whose document is in its own table.
	checkpoint atomic.Int64
}

// row notes a changed row.
func (d *redo) row(c *mirror.Change) {
	d.lines = append(d.lines, 'r')
	d.lines = strconv.AppendInt(d.lines, int64(c.Table.ID), 10)
	for _, k := range c.Key {
		d.lines = append(d.lines, ' ')
		d.lines = strconv.AppendInt(d.lines, k, 10)
	}
	d.lines = append(d.lines, ' ')
	d.lines = append(d.lines, c.New.COPY()...)
	d.lines = append(d.lines, '\n')
}

// untold is a document that no event tells of: it changed silently, or is gone.
type untold struct {
	At int64 // the last event before it
	store.Document
}

// document notes a document that no event tells of.
func (d *redo) document(at int64, doc *store.Document) error {
	body, err := json.Marshal(untold{at, *doc})
	if err != nil {
		return fmt.Errorf("note document %s: %w", doc.Subject, err)
	}
	d.lines = append(append(append(d.lines, 'd'), body...), '\n')
	return nil
}

// Checkpointed is the last event that may be trimmed from the journal: the
// documents of later ones are nowhere else.
func (r *Router) Checkpointed() int64 { return r.redo.checkpoint.Load() }

// logged adds the group's redo lines to the batch, in place of the rows and documents.
func (r *Router) logged(b *store.Batch) {
	d := &r.redo
	if len(d.lines) == 0 {
		return
	}
	row := store.Row{Key: store.Key{d.next}, Text: string(d.lines)}
	b.Puts = append(b.Puts, store.RowPut{Table: mirror.RedoTable(r.Profile), Row: row})
	d.next++
	d.entries = append(d.entries, store.Row{Key: row.Key})
	d.bytes += len(d.lines)
	d.lines = d.lines[:0]
}

// through adds all rows and documents to the batch, and makes the redo lines void.
func (r *Router) through(b *store.Batch) {
	d := &r.redo
	r.mirror.Flush(b)
	r.documents.flush(b)
	for _, row := range d.entries {
		b.Deletes = append(b.Deletes, store.RowDelete{Table: mirror.RedoTable(r.Profile), Old: row})
	}
	d.entries, d.bytes, d.lines = nil, 0, d.lines[:0]
}

// wantsCheckpoint decides how a complete group is written.
func (r *Router) wantsCheckpoint() bool {
	dirty := r.mirror.Unflushed() + len(r.documents.dirty)
	if r.WriteThrough != nil && r.WriteThrough() {
		return true
	}
	return r.group.changes <= smallGroup || dirty > checkpointDirty || r.redo.bytes+len(r.redo.lines) > checkpointBytes
}

// replay brings mirror and documents to where the last commit left them, and
// writes them to their tables.
func (r *Router) replay(ctx context.Context) error {
	checkpoint, err := readNumber(ctx, r.Store, metaCheckpoint)
	if err != nil {
		return err
	}
	var entries []store.Row
	var texts []string
	err = r.Store.Scan(mirror.RedoTable(r.Profile), func(key store.Key, text string) bool {
		entries, texts = append(entries, store.Row{Key: key}), append(texts, text)
		return true
	})
	if err != nil {
		return fmt.Errorf("read the redo lines: %w", err)
	}
	if len(entries) > 0 || r.sequence > checkpoint {
		if err := r.replayAll(ctx, texts, checkpoint); err != nil {
			return fmt.Errorf("play back what the last run left: %w", err)
		}
		r.redo.entries = entries
		if n := len(entries); n > 0 {
			r.redo.next = entries[n-1].Key[0] + 1
		}
		r.group.position = r.position
		if err := r.write(ctx, true); err != nil {
			return err
		}
		if err := r.Store.Commit(ctx); err != nil {
			return fmt.Errorf("commit to the store: %w", err)
		}
		r.group.reset()
	}
	r.redo.checkpoint.Store(r.sequence)
	return nil
}

func (r *Router) replayAll(ctx context.Context, texts []string, checkpoint int64) error {
	var silent []untold
	for _, text := range texts {
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if body, isDocument := strings.CutPrefix(line, "d"); isDocument {
				var doc untold
				if err := json.Unmarshal([]byte(body), &doc); err != nil {
					return fmt.Errorf("redo line of a document: %w", err)
				}
				silent = append(silent, doc)
			} else if err := r.replayRow(line); err != nil {
				return err
			}
		}
	}
	r.mirror.TakeChanges(func(mirror.Change) {})
	return r.replayDocuments(ctx, checkpoint, silent)
}

// replayDocuments puts back documents in the order in which they changed.
func (r *Router) replayDocuments(ctx context.Context, checkpoint int64, silent []untold) error {
	places := map[string]int{}
	for i, e := range r.Profile.Entities {
		places[e.Name] = i
	}
	put := func(doc store.Document) {
		if place, known := places[doc.Entity]; known {
			r.documents.put(place, doc)
		}
	}
	putBefore := func(seq int64) {
		for len(silent) > 0 && silent[0].At < seq {
			put(silent[0].Document)
			silent = silent[1:]
		}
	}
	err := r.Store.Events(ctx, checkpoint, int(r.sequence-checkpoint), func(e store.Event) bool {
		putBefore(e.Seq)
		put(store.Document{Entity: e.Entity, Key: e.Key, Subject: e.Subject, Revision: e.Revision, LSN: e.LSN, Company: e.Company, Body: e.Body, Last: e.Seq})
		return true
	})
	putBefore(r.sequence + 1)
	return err
}

func (r *Router) replayRow(line string) error {
	fields := strings.SplitN(line, " ", 4)
	if len(fields) != 4 || !strings.HasPrefix(line, "r") {
		return fmt.Errorf("redo line %.40q is none", line)
	}
	var n [3]int64
	for i := range n {
		var err error
		if n[i], err = strconv.ParseInt(strings.TrimPrefix(fields[i], "r"), 10, 64); err != nil {
			return fmt.Errorf("redo line of a row: %w", err)
		}
	}
	return r.mirror.Redo(int(n[0]), odoo.Key{n[1], n[2]}, fields[3])
}
