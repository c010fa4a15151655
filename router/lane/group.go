package lane

import (
	"bytes"
	"time"
	"unique"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// group is what a conflated delivery of one subject will stand for: the
// events that the lane has seen since the last one. It holds no document; the newest is
// read from the journal when the delivery is made.
type group struct {
	subject     string
	first, last int64 // journal entries
	events      int
	since       time.Time // commit of the first
	due         time.Time
	known       bool // the channel had the subject in view before the first
	now         bool // and has it after the newest
	created     bool // the first event is a creation
	bare        bool // and names no changed fields
	deleted     bool // the newest is a deletion
	urgent      string
	special     string // the newest happening that says more than "updated"
	newest      string
	origin      string
	mixed       bool // more than one origin: then none is named
	own         int  // how many the channel caused itself, where it is not told of them
	uncertain   bool // some of it may have been delivered by an earlier run
	jump        bool // an urgent event is among them
	resync      bool // a resync found one of them
	opaque      bool // the events do not say which fields changed: any may have
	fields      []was

	prev, next *group
}

// was is what a field was before the group.
type was struct {
	name  string
	value []byte // nil: absent
}

// join adds the next event of the subject.
func (g *group) join(e *store.Event, s sight, urgent, own bool, f *filter) {
	if g.events == 0 {
		g.first, g.since, g.known = e.Seq, e.Time, s.known
		g.created, g.origin = e.What == whatCreated, e.Origin
		g.bare = g.created && len(e.Changed) == 0
	}
	if g.events > 0 && !g.now && s.now {
		g.opaque = true // who knows what happened to it while it was out of view
	}
	g.last, g.now = e.Seq, s.now
	g.events++
	g.newest, g.deleted = e.What, e.What == whatDeleted
	if g.origin != e.Origin {
		g.mixed = true
	}
	if own {
		g.own++
	}
	g.resync = g.resync || e.Resync
	if len(e.Changed) == 0 && !g.bare && !g.deleted {
		g.opaque = true
	}
	switch {
	case urgent:
		g.urgent, g.jump = e.What, true
	case !plain(e.What) && !(g.created && g.events == 1):
		g.special = e.What
	}
	g.remember(e, f)
}

func plain(what string) bool {
	return what == whatUpdated || what == whatChanged || what == whatSnapshot
}

// remember keeps the value that a field had before the group.
func (g *group) remember(e *store.Event, f *filter) {
	for _, name := range e.Changed {
		if !f.sees(name) || g.remembers(name) {
			continue
		}
		w := was{name: unique.Make(name).Value()} // not a part of the event
		w.value = bytes.Clone(schema.Field(e.Before, name))
		g.fields = append(g.fields, w)
	}
}

func (g *group) remembers(name string) bool {
	for i := range g.fields {
		if g.fields[i].name == name {
			return true
		}
	}
	return false
}

// what names the group by the most telling of its happenings: deleted, if it
// is so now; else the newest urgent one; else created, if it begins so; else the
// newest that is more than updated or changed; else the newest.
func (g *group) what() string {
	switch {
	case g.deleted:
		return whatDeleted
	case g.stillTrue(g.urgent):
		return g.urgent
	case g.created && g.now:
		return whatCreated
	case g.stillTrue(g.special):
		return g.special
	}
	return g.newest
}

// stillTrue: a deletion that was undone, and a creation of what has left the view, are not.
func (g *group) stillTrue(what string) bool {
	return what != "" && what != whatDeleted && (g.now || what != whatCreated)
}

// outcome is what is left of a group when its newest document is known.
type outcome struct {
	deliver bool
	changed []string
	before  []byte
}

// settle compares the newest document with what the fields were. A group
// that comes to nothing is not delivered, unless a part of it may have been: then
// the channel may hold a state in between and has to hear of the last one.
func (g *group) settle(body []byte) outcome {
	if g.events == g.own {
		return outcome{}
	}
	must := g.uncertain || g.own > 0 || g.jump || g.opaque
	if !g.known && !g.now && !must {
		return outcome{}
	}
	net := make([]was, 0, len(g.fields))
	for _, w := range g.fields {
		if !bytes.Equal(schema.Field(body, w.name), w.value) {
			net = append(net, w)
		}
	}
	if len(net) == 0 && must {
		net = g.fields
	}
	o := outcome{changed: names(net), before: object(net)}
	if g.bare && g.what() == whatCreated { // as the creation alone would say it
		o.changed, o.before = nil, nil
	}
	o.deliver = len(net) > 0 || must || g.known != g.now || g.newest == whatSnapshot
	return o
}

func names(fields []was) []string {
	list := make([]string, len(fields))
	for i := range fields {
		list[i] = fields[i].name
	}
	return list
}

// object is the JSON object of the previous values, nil when there are none.
func object(fields []was) []byte {
	var b []byte
	for _, w := range fields {
		if w.value == nil {
			continue
		}
		b = append(b, ',')
		b = schema.AppendString(b, w.name)
		b = append(b, ':')
		b = append(b, w.value...)
	}
	if b == nil {
		return nil
	}
	b[0] = '{'
	return append(b, '}')
}

// size is about what the group occupies in memory.
func (g *group) size() int {
	n := 256 + len(g.subject)
	for i := range g.fields {
		n += 48 + len(g.fields[i].value)
	}
	return n
}

// taken reports whether the group is held back no more.
func (g *group) taken() bool { return g.next == nil }
