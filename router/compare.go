package router

import (
	"bytes"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// commitInfo is what the events of one transaction have in common.
type commitInfo struct {
	Epoch    int32
	Timeline int32
	LSN      change.LSN
	XID      uint32
	Time     time.Time
	Origin   string
	Resync   bool
	ordinal  int
}

// compare builds one touched document and adds an event for each thing that
// happened to it since it was last stored.
func (r *Router) compare(c *commitInfo, id docID) error {
	if id.entity == r.flight.level && r.Held.Told(id.key) {
		defer func(origin string) { c.Origin = origin }(c.Origin)
		c.Origin = "" // it differs for more than the transaction
	}
	previous, err := r.documents.get(id.entity, id.key)
	if err != nil {
		return err
	}
	if isTombstone(previous.Body) {
		previous.Body = nil
	}
	entity := r.Profile.Entities[id.entity]
	d, poison := r.derive(c, id, previous.Body)
	if poison != "" {
		return r.spoil(c, id, &previous, poison)
	}
	r.heal(id)
	built, there := d.built, d.there
	if d.same {
		if there {
			r.group.same++
		}
		return nil
	}
	r.sawOrder(id, &d)
	previous.Body = d.before
	next := previous
	next.Entity, next.Key, next.LSN = entity.Name, id.key, c.LSN
	next.Body = nil
	if there {
		next.Body, next.Company = fit(built.Body), built.Company
		if next.Subject == "" {
			next.Subject = entity.Name + "/" + built.Name
		}
	}
	told := r.record(c, entity, previous, &next, d)
	if !there {
		next.Body = tombstone(d.before)
	}
	r.documents.put(id.entity, next)
	r.group.documents++
	if told && there {
		return nil
	}
	return r.redo.document(r.sequence, &next)
}

// fit drops the room that a body was built with: it is kept for long.
func fit(body []byte) []byte {
	if cap(body)-len(body) < 64 {
		return body
	}
	return bytes.Clone(body)
}

// record adds the events that lead from the previous document to the next and
// counts its revision up. told is false when there are none.
func (r *Router) record(c *commitInfo, entity *odoo.Entity, previous store.Document, next *store.Document, d derived) (told bool) {
	happenings := d.happenings
	if len(happenings) == 0 {
		r.group.silent++
	}
	body := next.Body
	if body == nil {
		body = previous.Body
	}
	for _, h := range happenings {
		c.ordinal++
		next.Revision++
		r.sequence++
		event := &store.Event{
			Seq: r.sequence, Epoch: c.Epoch, Timeline: c.Timeline, LSN: c.LSN, Ordinal: c.ordinal, XID: c.XID, Time: c.Time,
			Entity: entity.Name, What: h.What, Key: next.Key, Subject: next.Subject, Revision: next.Revision,
			Company: next.Company, Origin: c.Origin, Resync: c.Resync, Body: body, Previous: next.Last,
		}
		next.Last = event.Seq
		switch {
		case h.Implied:
			event.Changed = h.Changed
		case previous.Body != nil && next.Body != nil:
			event.Changed, event.Before = d.changed, d.values
		}
		r.group.add(event)
	}
	return len(happenings) > 0
}

// onlyEmpty reports whether all that a new snapshot brought is fields without a value that there
// were not before: a module was installed, and this document has nothing of it. A shop's every
// order would be news otherwise.
func onlyEmpty(before, after []byte, changed []string) bool {
	for _, name := range changed {
		if schema.Field(before, name) != nil || string(schema.Field(after, name)) != "null" {
			return false
		}
	}
	return true
}
