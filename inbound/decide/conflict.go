package decide

import (
	"slices"
	"time"
)

// Change is one thing that happened to a document.
type Change struct {
	Revision int64
	Fields   []string // nil: not known, any of them
	Origin   string   // channel that caused it; "" is Odoo
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
	Time    time.Time
	Fields  []string // what it changes; nil: all of it
	Owns    bool     // the channel owns all of Fields
}

// Conflicts are those of the changes since the revision a command is based on that the channel has
// not taken into account: neither its own doing, nor of other fields.
func Conflicts(c Late, since []Change) []Change {
	var against []Change
	for _, change := range since {
		own := change.Origin != "" && change.Origin == c.Channel
		if !own && overlap(c.Fields, change.Fields) {
			against = append(against, change)
		}
	}
	return against
}

// Between are those of the changes since the revision that a command was compared with that it may have overwritten: others' changes of
// the same fields that came before the channel's own newest one.
func Between(c Late, since []Change) []Change {
	own := int64(0)
	for _, change := range since {
		if change.Origin != "" && change.Origin == c.Channel {
			own = max(own, change.Revision)
		}
	}
	return slices.DeleteFunc(Conflicts(c, since), func(change Change) bool { return change.Revision > own })
}

// Around are those of the changes since the revision that a command was compared with among which somebody else's are, where nothing says
// which one is the command's own: it changes each of its fields once, and these were changed more often.
func Around(fields []string, since []Change) []Change {
	times := map[string]int{}
	for _, change := range since {
		for _, field := range fields {
			if overlap([]string{field}, change.Fields) {
				times[field]++
			}
		}
	}
	twice := slices.DeleteFunc(slices.Clone(fields), func(field string) bool { return times[field] < 2 })
	return slices.DeleteFunc(slices.Clone(since), func(change Change) bool { return len(twice) == 0 || !overlap(twice, change.Fields) })
}

// Judge decides by the entity's policy: reject, park, owner or latest.
func Judge(policy string, c Late, since []Change) Verdict {
	against := Conflicts(c, since)
	if len(against) == 0 {
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
		if !slices.ContainsFunc(against, func(change Change) bool { return !c.Time.After(change.Time) }) {
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
