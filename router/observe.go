package router

import (
	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/router/mirror"
)

// Observer hears what the router did, once a group.
type Observer interface {
	Transactions(n int)
	RowChanges(table, kind string, n int64)
	Suppressed(reason string, n int64)
	Event(entity, what string, n int64)
}

// Reasons why something gives no event.
const (
	suppressedSame   = "same_document" // the entity reads the same as before
	suppressedSilent = "no_happening"  // a difference that no event tells of
)

type blind struct{}

func (blind) Transactions(int)                 {}
func (blind) RowChanges(string, string, int64) {}
func (blind) Suppressed(string, int64)         {}
func (blind) Event(string, string, int64)      {}

func (r *Router) observeCounts(table string, c mirror.Counts) {
	for kind, n := range map[change.Kind]int64{
		change.Insert: c.Inserts, change.Update: c.Updates, change.Delete: c.Deletes, change.Truncate: c.Truncates,
	} {
		if n > 0 {
			r.Observe.RowChanges(table, kind.String(), n)
		}
	}
}
