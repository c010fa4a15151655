package trace

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// thing is a document, and why it is part of the trace.
type thing struct {
	doc   store.Document
	why   string
	asked bool
}

// body is the document, or what it said last.
func (f *finder) body(ctx context.Context, t *thing) ([]byte, error) {
	if !gone(&t.doc) {
		return t.doc.Body, nil
	}
	var body []byte
	err := store.History(ctx, f.src.Store, t.doc.Entity, t.doc.Key, t.doc.Last, 1, func(e store.Event) bool { body = e.Body; return true })
	return body, err
}

// gone reports whether there is no such thing any more: a document of it remembers its revision, and what it was merged into.
func gone(d *store.Document) bool { return len(d.Body) == 0 || d.Body[0] != '{' }

// finder collects what a trace is about.
type finder struct {
	src      *Sources
	req      Request
	things   []*thing
	known    map[ident]*thing
	commands map[int64]*said
	seqs     []int64 // of commands, in the order found
	// fresh are the documents of entries after the checkpoint, which may not be in their tables.
	fresh map[ident]store.Document
	notes []string
}

// busy are the entities of which there are so many entries that the newest are not all kept.
var busy = []string{"stock_level", "price", "stock_move"}

// readFresh reads the journal from the last checkpoint on.
func (f *finder) readFresh(ctx context.Context) error {
	f.fresh = map[ident]store.Document{}
	return f.src.Store.Events(ctx, f.src.Checkpoint, math.MaxInt32, func(e store.Event) bool {
		id := ident{e.Entity, e.Key}
		d := store.Document{Entity: e.Entity, Key: e.Key, Subject: e.Subject, Revision: e.Revision, Last: e.Seq, LSN: e.LSN, Company: e.Company, Body: e.Body}
		if slices.Contains(busy, e.Entity) {
			d.Body = nil
		} else if isEnd(&e) {
			d.Body = []byte("null")
		}
		f.fresh[id] = d
		return true
	})
}

// isEnd reports whether there is nothing after the event but the memory of it.
func isEnd(e *store.Event) bool { return e.What == "deleted" || e.What == "merged" }

// current is the document as it is now: the stored one, or what a newer entry says.
func (f *finder) current(d store.Document) store.Document {
	newer, found := f.fresh[ident{d.Entity, d.Key}]
	if !found || newer.Last <= d.Last {
		return d
	}
	if newer.Body == nil {
		newer.Body = d.Body
	}
	return newer
}

// add makes a document part of the trace, once: the first reason is the best.
func (f *finder) add(d store.Document, why string, asked bool) *thing {
	id := ident{d.Entity, d.Key}
	if t := f.known[id]; t != nil {
		return nil
	}
	t := &thing{f.current(d), why, asked}
	f.known[id] = t
	f.things = append(f.things, t)
	return t
}

// get finds a document by its key.
func (f *finder) get(ctx context.Context, id ident) (d store.Document, found bool, err error) {
	after := id.key
	after[1]--
	err = f.src.Store.Documents(ctx, id.entity, after, 1, func(next store.Document) bool {
		d, found = next, next.Key == id.key
		return false
	})
	if newer, fresh := f.fresh[id]; err == nil && !found && fresh {
		return newer, true, nil
	}
	return d, found, err
}

// named finds documents by their subject.
func (f *finder) named(ctx context.Context, subject string) ([]store.Document, error) {
	list, err := f.src.Store.DocumentsNamed(ctx, subject)
	for _, d := range f.fresh {
		if d.Subject == subject && !slices.ContainsFunc(list, func(other store.Document) bool { return other.Key == d.Key }) {
			list = append(list, d)
		}
	}
	return list, err
}

// all yields the documents of an entity as they are now. Those that are gone are left out.
func (f *finder) all(ctx context.Context, entity string, yield func(store.Document)) error {
	seen := map[store.Key]bool{}
	after := store.Key{math.MinInt64, math.MinInt64}
	err := f.src.Store.Documents(ctx, entity, after, math.MaxInt32, func(d store.Document) bool {
		if _, fresh := f.fresh[ident{entity, d.Key}]; fresh {
			seen[d.Key] = true
			d = f.current(d)
		}
		if !gone(&d) {
			yield(d)
		}
		return ctx.Err() == nil
	})
	for id, d := range f.fresh {
		if id.entity == entity && !seen[id.key] && !gone(&d) {
			yield(d)
		}
	}
	return err
}

// match finds what the key is a name of.
func (f *finder) match(ctx context.Context) error {
	if err := f.matchSubject(ctx); err != nil {
		return err
	}
	if err := f.commandsAbout(ctx, f.req.Key, f.req.Channel, "asked for"); err != nil {
		return err
	}
	if err := f.thingsOfCommands(ctx); err != nil {
		return err
	}
	if err := f.matchBindings(ctx); err != nil {
		return err
	}
	if len(f.things) > 0 {
		return nil
	}
	if err := f.matchNames(ctx); err != nil || len(f.things) > 0 || len(f.commands) > 0 {
		return err
	}
	return f.matchKeys(ctx)
}

// matchBindings takes the key for what a channel calls a thing whose record of Odoo the ledger remembers.
func (f *finder) matchBindings(ctx context.Context) error {
	if f.src.Commands == nil {
		return nil
	}
	for _, channel := range f.src.Channels {
		if f.req.Channel != "" && channel != f.req.Channel {
			continue
		}
		for _, kind := range []string{"customer", "order", "return", "refund", "payment"} {
			b, found, err := f.src.Commands.Bound(ctx, decide.ExternalID(channel, kind, f.req.Key))
			if err != nil {
				return err
			}
			if !found {
				continue
			}
			there, err := f.addRecord(ctx, b.Model, b.Record, "asked for", true)
			if err != nil {
				return err
			}
			if !there {
				f.notes = append(f.notes, fmt.Sprintf("%s %s of %s is record %d of %s, of which there is no document", kind, f.req.Key, channel, b.Record, b.Model))
			}
		}
	}
	return nil
}

// addRecord adds the document of a record of Odoo, if there is one.
func (f *finder) addRecord(ctx context.Context, model string, record int64, why string, asked bool) (there bool, err error) {
	for _, entity := range entitiesOf[model] {
		d, found, err := f.get(ctx, ident{entity, store.Key{record}})
		if err != nil {
			return false, err
		}
		if found {
			there = true
			f.add(d, why, asked)
		}
	}
	return there, nil
}

// matchSubject takes the key for a subject, or for what follows the entity in one. A number alone is
// first of all what a channel calls something.
func (f *finder) matchSubject(ctx context.Context) error {
	entity, _, _ := strings.Cut(f.req.Key, "/")
	if _, known := schema.EntityNamed(entity); known {
		return f.addNamed(ctx, f.req.Key)
	}
	if isNumber(f.req.Key) {
		return nil
	}
	return f.matchKeys(ctx)
}

func (f *finder) matchKeys(ctx context.Context) error {
	for _, e := range schema.Entities() {
		if err := f.addNamed(ctx, e.Name+"/"+f.req.Key); err != nil {
			return err
		}
	}
	return nil
}

func (f *finder) addNamed(ctx context.Context, subject string) error {
	list, err := f.named(ctx, subject)
	for _, d := range list {
		f.add(d, "asked for", true)
	}
	return err
}

func isNumber(key string) bool {
	return key != "" && strings.Trim(key, "0123456789") == ""
}

// matchNames looks into all documents for one that bears the key as a name.
func (f *finder) matchNames(ctx context.Context) error {
	needle := []byte(strings.TrimPrefix(string(schema.AppendString(nil, []byte(f.req.Key))), `"`)) // with its closing quote
	external := []byte(strings.TrimPrefix(decide.ExternalID("", "", f.req.Key), decide.ExternalID("", "", "")) + `"`)
	for _, e := range schema.Entities() {
		if slices.Contains(busy, e.Name) {
			continue
		}
		if err := f.all(ctx, e.Name, func(d store.Document) {
			if (bytes.Contains(d.Body, needle) || bytes.Contains(d.Body, external)) && bears(d.Entity, d.Body, f.req.Key) {
				f.add(d, "asked for", true)
			}
		}); err != nil {
			return err
		}
	}
	return nil
}
