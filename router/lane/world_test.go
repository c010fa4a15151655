package lane

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
)

// world is an Odoo that writes a journal, and a bridge around the lanes.
type world struct {
	journal *fakeJournal
	store   *fakeStore
	broker  *fakeBroker
	opts    Options
	lsn     change.LSN
	counted map[string]int64 // revisions, which outlive their documents
}

func newWorld() *world {
	w := &world{journal: newFakeJournal(), store: newFakeStore(), broker: newFakeBroker(), lsn: 0x100, counted: map[string]int64{}}
	return w
}

// running is a set at work.
type running struct {
	set    *Set
	cancel context.CancelFunc
	done   chan error
	world  *world
	broker *fakeBroker
}

func (w *world) start(specs ...Spec) *running {
	opts := w.opts
	opts.Source, opts.Journal, opts.Documents, opts.Cursors = "odoo/test", w.journal, w.store, w.store
	opts.Publisher = w.broker.publisher
	set, err := NewSet(specs, opts)
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{set: set, cancel: cancel, done: make(chan error, 1), world: w, broker: w.broker}
	go func() { r.done <- set.Run(ctx) }()
	return r
}

// stop may be called more than once.
func (r *running) stop() error {
	r.cancel()
	err := <-r.done
	r.done <- err
	return err
}

// crash ends the process without any of its last acts: nothing more is
// published or saved.
func (r *running) crash() {
	r.broker.kill()
	r.world.store.breakWith(errors.New("killed"))
	_ = r.stop()
	r.world.store.breakWith(nil)
	queues := r.broker.queues
	r.world.broker = newFakeBroker()
	r.world.broker.queues, r.world.broker.decide, r.world.broker.window = queues, r.broker.decide, r.broker.window
}

type fields map[string]any

// write stores a document and the event of what happened to it.
func (w *world) write(entity string, id int64, what string, doc fields) *store.Event {
	return w.writeAs("", entity, id, what, doc)
}

func (w *world) writeAs(origin, entity string, id int64, what string, doc fields) *store.Event {
	w.lsn += 8
	subject := fmt.Sprintf("%s/%d", entity, id)
	w.store.mu.Lock()
	old, existed := w.store.docs[subject]
	w.counted[subject] = max(w.counted[subject], old.Revision) + 1
	d := store.Document{
		Entity: entity, Key: store.Key{id}, Subject: subject, Revision: w.counted[subject], LSN: w.lsn, Company: 1, Body: canonical(doc),
	}
	if what == whatDeleted {
		d.Body = old.Body
		delete(w.store.docs, subject)
	} else {
		w.store.docs[subject] = d
	}
	w.store.mu.Unlock()
	e := &store.Event{
		Timeline: 1, LSN: w.lsn, Ordinal: 1, XID: uint32(w.lsn), Time: time.Now(), Entity: entity, What: what, Key: d.Key,
		Subject: subject, Revision: d.Revision, Company: 1, Origin: origin, Body: d.Body,
	}
	if what != whatDeleted && existed {
		e.Changed, e.Before = difference(old.Body, d.Body)
	}
	w.journal.append(e)
	return e
}

func canonical(doc fields) []byte {
	if doc == nil {
		doc = fields{}
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return b
}

func difference(old, body []byte) (list []string, before []byte) {
	var a, b map[string]json.RawMessage
	if json.Unmarshal(old, &a) != nil || json.Unmarshal(body, &b) != nil {
		panic("not an object")
	}
	previous := map[string]json.RawMessage{}
	for _, n := range slices.Sorted(maps.Keys(a)) {
		if !bytes.Equal(a[n], b[n]) {
			list, previous[n] = append(list, n), a[n]
		}
	}
	for _, n := range slices.Sorted(maps.Keys(b)) {
		if _, had := a[n]; !had {
			list = append(list, n)
		}
	}
	if len(previous) > 0 {
		before, _ = json.Marshal(previous)
	}
	return list, before
}

// lines prints what a queue holds.
func (w *world) lines(topic string) []string {
	var list []string
	for _, r := range w.broker.queue(topic) {
		list = append(list, r.String())
	}
	return list
}
