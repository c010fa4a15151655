package decide

import (
	"slices"
	"time"
)

// Change is what happened to a thing since a revision of its events.
type Change struct {
	Revision int64 // the newest
	Fields   []string
	Origin   string // channel of the newest change; "" is Odoo
	Time     time.Time
}

// Verdict is what becomes of a command that is based on an older revision.
type Verdict string

// The verdicts.
const (
	Apply  Verdict = "apply"
	Refuse Verdict = "refuse" // rejected as conflict
	Ask    Verdict = "ask"    // parked as conflict
)

// Late is a command that may come too late.
type Late struct {
	Channel string
	BasedOn int64 // 0: not said
	Time    time.Time
	Fields  []string // what it changes; nil: all of it
	Owns    bool     // the channel owns all of Fields
}

// Judge decides by the entity's policy: reject, park, owner or latest. A change of other
// fields, and one that the channel made itself, is no conflict.
func Judge(policy string, c Late, now Change) Verdict {
	if c.BasedOn == 0 || now.Revision <= c.BasedOn || now.Origin != "" && now.Origin == c.Channel || !overlap(c.Fields, now.Fields) {
		return Apply
	}
	switch policy {
	case "park":
		return Ask
	case "owner":
		if c.Owns {
			return Apply
		}
	case "latest":
		if c.Time.After(now.Time) {
			return Apply
		}
	}
	return Refuse
}

// overlap says whether two lists share a field; an unknown list is all fields.
func overlap(a, b []string) bool {
	if a == nil || b == nil {
		return true
	}
	return slices.ContainsFunc(a, func(field string) bool { return slices.Contains(b, field) })
}
