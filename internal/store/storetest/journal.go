package storetest

import (
	"math"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

func eventOrder(t *testing.T, s store.Store) {
	commit(t, s, events(1, 700))
	commit(t, s, events(701, 1300))
	var want []int64
	for seq := int64(1); seq <= 1300; seq++ {
		want = append(want, seq)
	}
	equal(t, "all", numbers(journal(t, s, 0, 10_000)), want)
	equal(t, "exactly as many", numbers(journal(t, s, 0, 1300)), want)
	equal(t, "after 690, ten", numbers(journal(t, s, 690, 10)), want[690:700])
	equal(t, "after 500, more than a piece", numbers(journal(t, s, 500, 600)), want[500:1100])
	equal(t, "after the last", journal(t, s, 1300, 10), []store.Event(nil))
	equal(t, "without a limit left", journal(t, s, 0, 0), []store.Event(nil))
}

func exactEvents(t *testing.T, s store.Store) {
	want := []store.Event{
		{
			Seq: 1, Epoch: math.MaxInt32, Resync: true, Timeline: math.MaxInt32, LSN: 0xFFFFFFFF_FFFFFFFE, Ordinal: 1_800_000_000_000_000_001, XID: math.MaxUint32,
			Time: time.Date(2026, 11, 23, 7, 21, 37, 123456000, time.UTC), Entity: "stock_level", What: "out", Key: store.Key{1 << 40, 3},
			Subject: "stock_level/1/3", Revision: 1 << 41, Company: 4, Origin: "shopify", Body: []byte(`{"a":"ü"}`),
			Changed: []string{"on_hand", "available"}, Before: []byte(`{"on_hand":"1"}`), Previous: 1 << 43,
		},
		{Seq: 2, Time: second(0), Entity: "order", What: "created", Body: []byte(`{}`)},
		{
			Seq: 3, Time: second(0), Entity: "order", What: "updated", Body: []byte(`{}`),
			Changed: []string{`qu"ote`, `back\slash`, "com,ma", `"`, "", "größe", "a\nb", "<&>"}, Before: []byte(`{}`),
		},
		{Seq: 4, Time: second(0), Entity: "order", What: "updated", Body: []byte(`{}`), Changed: []string{""}, Previous: store.Unlinked},
		{Seq: 5, Time: second(0), Entity: "order", What: "updated", Body: []byte(`{}`), Changed: []string{}},
		{Seq: 6, Time: second(0), Entity: "order", What: "updated", Body: []byte(`{}`), Changed: []string{`","`, "x"}},
	}
	commit(t, s, &store.Batch{Events: want})
	equal(t, "events", journal(t, s, 0, 10), want)
}

func trim(t testing.TB, s store.Store, upTo, olderThan int64) int64 {
	t.Helper()
	n, err := s.TrimJournal(t.Context(), upTo, second(olderThan))
	ok(t, err)
	return n
}

func journalBounds(t *testing.T, s store.Store) {
	equal(t, "before anything was written", bounds(t, s), [2]int64{0, 0})
	equal(t, "removed from nothing", trim(t, s, 100, 100), int64(0))
	equal(t, "still", bounds(t, s), [2]int64{0, 0})
	commit(t, s, events(1, 3000))
	equal(t, "removed", trim(t, s, 2500, math.MaxInt32), int64(2500))
	equal(t, "after a trim", bounds(t, s), [2]int64{2501, 3000})
	equal(t, "removed by the rest", trim(t, s, 9999, math.MaxInt32), int64(500))
	equal(t, "when all is trimmed", bounds(t, s), [2]int64{3001, 3000})
	equal(t, "removed again", trim(t, s, 9999, math.MaxInt32), int64(0))
	commit(t, s, events(3001, 3001))
	equal(t, "after the next event", bounds(t, s), [2]int64{3001, 3001})
}

func trimPrefix(t *testing.T, s store.Store) {
	b := events(1, 10)
	b.Events[4].Time = second(100) // a clock that went back afterwards
	commit(t, s, b)
	equal(t, "removed by age", trim(t, s, 100, 3), int64(2))
	equal(t, "left", bounds(t, s), [2]int64{3, 10})
	equal(t, "removed by number", trim(t, s, 3, 50), int64(1))
	equal(t, "removed up to the one that is not older", trim(t, s, 100, 50), int64(1))
	equal(t, "left without a gap", numbers(journal(t, s, 0, 100)), []int64{5, 6, 7, 8, 9, 10})
}

func trimOvertakes(t *testing.T, s store.Store) {
	commit(t, s, events(1, 5000))
	last := int64(0)
	err := s.Events(t.Context(), 0, 5000, func(e store.Event) bool {
		if e.Seq != last+1 {
			t.Errorf("event %d follows %d", e.Seq, last)
		}
		if last = e.Seq; last == 100 {
			equal(t, "removed meanwhile", trim(t, s, 4000, math.MaxInt32), int64(4000))
		}
		return true
	})
	ok(t, err)
	equal(t, "left", bounds(t, s), [2]int64{4001, 5000})
}

func meta(t *testing.T, s store.Store) {
	commit(t, s, &store.Batch{Meta: map[string]string{"a": "1", "b": "", "c": "ü\x00"}})
	commit(t, s, &store.Batch{Meta: map[string]string{"a": "2"}})
	for name, want := range map[string]string{"a": "2", "b": "", "c": "ü\x00"} {
		got, found, err := s.Meta(t.Context(), name)
		ok(t, err)
		equal(t, name, []any{got, found}, []any{want, true})
	}
	_, found, err := s.Meta(t.Context(), "d")
	ok(t, err)
	equal(t, "what was never written", found, false)
}
