package storetest

import (
	"math"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

// history writes the entries of a hundred subjects in turn: those of one lead from each to the one
// before, as far as they were written so.
func history(t *testing.T, s store.Store) {
	const subjects, entries, linkedFrom = 100, 42_000, 30_000
	last := map[int64]int64{}
	b := &store.Batch{}
	for seq := int64(1); seq <= entries; seq++ {
		e := event(seq)
		e.Key, e.Previous = store.Key{seq % subjects, 1}, last[seq%subjects]
		if seq < linkedFrom {
			e.Previous = store.Unlinked
		}
		last[seq%subjects] = seq
		b.Events = append(b.Events, e)
		if len(b.Events) == 3000 {
			commit(t, s, b)
			b = &store.Batch{}
		}
	}
	equal(t, "removed", trim(t, s, 5000, math.MaxInt32), int64(5000))
	key, head := store.Key{7, 1}, last[7]
	var want []int64
	for seq := head; seq > 5000; seq -= subjects {
		want = append(want, seq)
	}
	equal(t, "by reading the journal", search(t, s, key, math.MaxInt64, entries), want)
	equal(t, "before an entry", search(t, s, key, head, entries), want[1:])
	equal(t, "the newest three", search(t, s, key, head, 3), want[1:4])
	equal(t, "of another key", search(t, s, store.Key{7, 2}, math.MaxInt64, entries), []int64(nil))
	equal(t, "by following entries, then by reading", follow(t, s, key, head, entries), want)
	equal(t, "by following entries alone", follow(t, s, key, head, 20), want[:20])
	equal(t, "when the newest is not known", follow(t, s, key, store.Unlinked, entries), want)
	equal(t, "when there was never one", follow(t, s, key, 0, entries), []int64(nil))
	equal(t, "when the newest was trimmed", follow(t, s, key, 4907, entries), []int64(nil))
	if err := store.History(t.Context(), s, "order", key, head-1, 10, func(store.Event) bool { return true }); err == nil {
		t.Error("another subject's entry was taken for its own")
	}
}

func search(t *testing.T, s store.Store, key store.Key, before int64, limit int) (seqs []int64) {
	t.Helper()
	ok(t, s.EventsOf(t.Context(), "order", key, before, limit, func(e store.Event) bool {
		seqs = append(seqs, e.Seq)
		return true
	}))
	return seqs
}

func follow(t *testing.T, s store.Store, key store.Key, last int64, limit int) (seqs []int64) {
	t.Helper()
	ok(t, store.History(t.Context(), s, "order", key, last, limit, func(e store.Event) bool {
		seqs = append(seqs, e.Seq)
		return true
	}))
	return seqs
}

func documentsNamed(t *testing.T, s store.Store) {
	named := func(subject string) []store.Document {
		t.Helper()
		list, err := s.DocumentsNamed(t.Context(), subject)
		ok(t, err)
		return list
	}
	order := store.Document{Entity: "order", Key: store.Key{42}, Subject: "order/S00042", Revision: 3, LSN: 7, Company: 1, Last: 9, Body: []byte(`{"name":"S00042"}`)}
	gone := store.Document{Entity: "shipment", Key: store.Key{42}, Subject: "shipment/WH/OUT/00042", Revision: 1, LSN: 8, Last: 10, Body: []byte("null")}
	commit(t, s, &store.Batch{Documents: []store.Document{order, gone}})
	equal(t, "an order", named(order.Subject), []store.Document{order})
	equal(t, "what is gone", named(gone.Subject), []store.Document{gone})
	equal(t, "nothing", named("order/S0004"), []store.Document(nil))
	order.Revision, order.Last = 4, 11
	write(t, s, &store.Batch{Documents: []store.Document{order}})
	equal(t, "before the commit", named(order.Subject)[0].Revision, int64(3))
	commit(t, s, &store.Batch{Forgotten: []store.Document{gone}})
	equal(t, "after it", named(order.Subject), []store.Document{order})
	equal(t, "what was forgotten", named(gone.Subject), []store.Document(nil))
}
