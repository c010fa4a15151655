package lane

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// The happenings that a lane itself knows the meaning of.
const (
	whatCreated  = "created"
	whatDeleted  = "deleted"
	whatUpdated  = "updated"
	whatChanged  = "changed"
	whatSnapshot = "snapshot"
)

// sight is what a lane makes of an event: whether its subject was in the
// lane's view before it, and whether it is after it.
type sight struct{ known, now bool }

// edge tells a subject that came into a lane's view or left it by an
// ordinary event, one that by its type does not say so.
func (s sight) edge() string {
	switch {
	case !s.known && s.now:
		return Entered
	case s.known && !s.now:
		return Left
	}
	return ""
}

// verdict says what becomes of an event.
type verdict int

const (
	pass     verdict = iota
	filtered         // not the lane's business
	nothing          // in view, but nothing to be seen has changed
)

// filter decides which events a lane is concerned with, and which fields it sees.
type filter struct {
	entities []string // nil: all
	where    []condition
	fields   []string // nil: all
	whole    bool     // nothing is hidden
}

func newFilter(s Spec) filter {
	f := filter{entities: s.Entities, fields: s.Fields, whole: s.Firehose}
	for _, name := range slices.Sorted(maps.Keys(s.Where)) {
		f.where = append(f.where, condition{name, s.Where[name]})
	}
	return f
}

// judge looks at an event from both sides: the document as it is and as it
// was. What crosses the edge of the lane's view is delivered even where no listed
// field changed, once, so that the channel learns of it. An event that does not
// say what changed may be about anything.
func (f *filter) judge(e *store.Event) (sight, verdict) {
	if f.entities != nil && !slices.Contains(f.entities, e.Entity) {
		return sight{}, filtered
	}
	s := f.sight(e)
	switch {
	case !s.known && !s.now:
		return s, filtered
	case s.known != s.now, e.What == whatSnapshot, len(e.Changed) == 0, f.seesAny(e.Changed):
		return s, pass
	}
	return s, nothing
}

func (f *filter) sight(e *store.Event) sight {
	s := sight{known: e.What != whatCreated, now: e.What != whatDeleted}
	for i := range f.where {
		c := &f.where[i]
		is := c.holds(schema.Field(e.Body, c.field))
		was := is
		if slices.Contains(e.Changed, c.field) {
			was = c.holds(schema.Field(e.Before, c.field))
		}
		s.known, s.now = s.known && was, s.now && is
	}
	return s
}

// takes reports whether a document is in the lane's view.
func (f *filter) takes(body []byte) bool {
	for i := range f.where {
		if !f.where[i].holds(schema.Field(body, f.where[i].field)) {
			return false
		}
	}
	return true
}

func (f *filter) sees(name string) bool {
	if name == fieldInFlight && !f.whole {
		return false
	}
	return f.fields == nil || slices.Contains(f.fields, name)
}

func (f *filter) seesAny(names []string) bool {
	return slices.ContainsFunc(names, f.sees)
}

// condition holds where a field has one of the values.
type condition struct {
	field  string
	values []string
}

// holds compares a raw JSON value: a string, number or boolean by what it says,
// an object by its code, name or id, an array by any of its elements. Null and absent never match.
func (c *condition) holds(raw []byte) bool {
	if len(raw) == 0 {
		return false
	}
	switch raw[0] {
	case '[':
		return c.holdsAny(raw)
	case '{':
		return c.holdsNamed(raw)
	case 'n':
		return false
	case '"':
		return c.holdsText(raw)
	}
	return c.is(raw)
}

func (c *condition) holdsAny(list []byte) (found bool) {
	schema.Elements(list, func(v []byte) bool {
		found = v[0] != '[' && c.holds(v)
		return !found
	})
	return found
}

func (c *condition) holdsNamed(object []byte) bool {
	for _, name := range [...]string{"code", "name", "id"} {
		if v := schema.Field(object, name); len(v) > 0 && v[0] != '[' && v[0] != '{' && c.holds(v) {
			return true
		}
	}
	return false
}

func (c *condition) holdsText(quoted []byte) bool {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return c.is(quoted[1 : len(quoted)-1])
	}
	var text string
	return json.Unmarshal(quoted, &text) == nil && c.is([]byte(text))
}

func (c *condition) is(text []byte) bool {
	for _, v := range c.values {
		if string(text) == v {
			return true
		}
	}
	return false
}
