package storetest

import (
	"math"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// places moves a lane as its bridge would, and asks when it passed what: as it goes on, after a pause, and when the
// journal is trimmed.
func places(t *testing.T, s store.Store) {
	at := func(ms int64) time.Time { return second(0).Add(time.Duration(ms) * time.Millisecond) }
	move := func(seq, ms int64) {
		t.Helper()
		ok(t, s.SaveCursors(t.Context(), []store.Cursor{{Lane: "shop/orders", Seq: seq, Updated: at(ms)}, {Lane: "shop/stock", Seq: 7, Updated: at(ms)}}))
	}
	passed := func(lane string, entries ...int64) (list [][2]time.Time) {
		t.Helper()
		found, err := s.Passed(t.Context(), lane, entries)
		ok(t, err)
		equal(t, "answers", len(found), len(entries))
		for i, p := range found {
			equal(t, "the entry", p.Entry, entries[i])
			list = append(list, [2]time.Time{p.After, p.By})
		}
		return list
	}
	var never time.Time
	equal(t, "of no lane", passed("none/there", 1), [][2]time.Time{{never, never}})
	commit(t, s, events(1, 2000))
	move(10, 100)
	equal(t, "at the beginning", passed("shop/orders", 10, 11), [][2]time.Time{{never, at(100)}, {at(100), never}})
	move(11, 300)
	move(12, 500)
	move(12, 700) // its state alone has moved
	move(15, 900)
	move(16, 1100)
	move(1200, 3_600_200)
	move(1201, 3_600_400)
	equal(t, "within a second, backwards", passed("shop/orders", 16, 15, 12, 11, 10, 9), [][2]time.Time{
		{at(900), at(1100)}, {at(100), at(900)}, {at(100), at(900)}, {at(100), at(900)}, {never, at(100)}, {never, at(100)},
	})
	equal(t, "after a pause", passed("shop/orders", 17, 1201, 1202), [][2]time.Time{{at(1100), at(3_600_400)}, {at(1100), at(3_600_400)}, {at(3_600_400), never}})
	equal(t, "of a lane that did not move", passed("shop/stock", 7, 8), [][2]time.Time{{never, at(100)}, {at(3_600_400), never}})
	equal(t, "removed", trim(t, s, 1000, math.MaxInt32), int64(1000))
	equal(t, "after a trim, of what is left", passed("shop/orders", 1001, 1201), [][2]time.Time{{at(1100), at(3_600_400)}, {at(1100), at(3_600_400)}})
	equal(t, "and of what is gone", passed("shop/orders", 11), [][2]time.Time{{never, at(1100)}})
	ok(t, s.ForgetCursor(t.Context(), "shop/orders"))
	equal(t, "of a lane that was forgotten", passed("shop/orders", 17), [][2]time.Time{{never, never}})
	equal(t, "and of the other", passed("shop/stock", 7), [][2]time.Time{{never, at(100)}})
}
