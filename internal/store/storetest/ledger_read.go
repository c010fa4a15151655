package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

func outbox(t *testing.T, l store.Ledger) {
	ok(t, l.Answer(t.Context(), []store.Result{{Command: 7, ID: "a", Body: []byte("1")}, {ID: "b"}, {ID: "c"}}))
	list := unsent(t, l)
	equal(t, "in order", []string{list[0].ID, list[1].ID, list[2].ID}, []string{"a", "b", "c"})
	equal(t, "its command", list[0].Command, int64(7))
	ok(t, l.MarkSent(t.Context(), []int64{list[1].Number}))
	after, err := l.Unsent(t.Context(), list[0].Number, 10)
	ok(t, err)
	if len(after) != 1 || after[0].ID != "c" {
		t.Errorf("after the first: %+v", after)
	}
	one, err := l.Unsent(t.Context(), 0, 1)
	ok(t, err)
	if len(one) != 1 || one[0].ID != "a" {
		t.Errorf("one: %+v", one)
	}
}

func outboxCounts(t *testing.T, l store.Ledger) {
	got, err := l.Outbox(t.Context())
	ok(t, err)
	equal(t, "of nothing", got, []store.OutboxCount(nil))
	result := func(id, key, replyTo string) store.Result {
		return store.Result{ID: id, RoutingKey: key, ReplyTo: replyTo, Body: []byte("1")}
	}
	ok(t, l.Answer(t.Context(), []store.Result{result("a", "shop.x.applied", "q"), result("b", "shop.x.applied", "q"), result("c", "pos.x.applied", ""), result("d", "", "dead")}))
	list := unsent(t, l)
	ok(t, l.MarkSent(t.Context(), []int64{list[0].Number}))
	ok(t, l.MarkReplied(t.Context(), []int64{list[1].Number}))
	got, err = l.Outbox(t.Context())
	ok(t, err)
	equal(t, "by routing key", got, []store.OutboxCount{
		{Count: 1, Oldest: list[3].Number}, {RoutingKey: "pos.x.applied", Count: 1, Oldest: list[2].Number}, {RoutingKey: "shop.x.applied", Count: 1, Oldest: list[1].Number},
	})
	if list = unsent(t, l); list[0].ID != "b" || list[0].ReplyTo != "" || list[2].ReplyTo != "dead" {
		t.Errorf("after a reply: %+v", list)
	}
}

func audit(t *testing.T, l store.Ledger) {
	s := &store.Settlement{State: store.CommandRejected, Now: second(1)}
	for n := int64(1); n <= 5; n++ {
		s.Audit = append(s.Audit, store.AuditEntry{Time: second(n), Actor: "channel shop", Action: "applied", Channel: "shop", ID: "a", Subject: "5001", Odoo: store.OdooRecord{Name: "S1"}})
	}
	s.Audit[2].Action, s.Audit[3].Channel, s.Audit[4].ID = "parked", "pos", "b"
	ok(t, l.Refuse(t.Context(), wish(1, ""), s))
	count := func(f store.AuditFilter) int {
		list, err := l.Audit(t.Context(), f)
		ok(t, err)
		return len(list)
	}
	all, err := l.Audit(t.Context(), store.AuditFilter{})
	ok(t, err)
	equal(t, "found", []int{
		len(all), count(store.AuditFilter{Action: "parked"}), count(store.AuditFilter{Channel: "pos"}), count(store.AuditFilter{About: "b"}), count(store.AuditFilter{About: "5001"}),
		count(store.AuditFilter{About: "S1", Since: second(4)}), count(store.AuditFilter{Until: second(2)}), count(store.AuditFilter{After: all[2].Number}), count(store.AuditFilter{Limit: 1}), count(store.AuditFilter{Actor: "nobody"}),
	}, []int{5, 1, 1, 1, 5, 2, 1, 2, 1, 0})
}

func counts(t *testing.T, l store.Ledger) {
	parked(t, l, 1, "a", "ka")
	claim(t, l, wish(10, "b", "kb"))
	claim(t, l, wish(11, "c", "kc"))
	got, err := l.Counts(t.Context())
	ok(t, err)
	equal(t, "counts", got, []store.CommandCount{
		{Channel: "shop", Workload: "orders", State: store.CommandParked, Code: "unknown_sku", Count: 1, Oldest: second(1)},
		{Channel: "shop", Workload: "orders", State: store.CommandReceived, Count: 2, Oldest: second(10)},
	})
}

func filters(t *testing.T, l store.Ledger) {
	a := parked(t, l, 1, "a", "ka")
	claim(t, l, wish(10, "b", "kb"))
	other := wish(11, "c", "kc", `order/"ü"/<5001>`)
	other.Channel, other.Name = "pos", "stock.count"
	claim(t, l, other)
	ids := func(f store.CommandFilter) (ids []string) {
		list, err := l.Commands(t.Context(), f)
		ok(t, err)
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return ids
	}
	for _, c := range []struct {
		filter store.CommandFilter
		want   []string
	}{
		{store.CommandFilter{}, []string{"a", "b", "c"}},
		{store.CommandFilter{Channel: "pos"}, []string{"c"}},
		{store.CommandFilter{Name: "stock.count"}, []string{"c"}},
		{store.CommandFilter{Code: "unknown_sku"}, []string{"a"}},
		{store.CommandFilter{About: "s-b"}, []string{"b"}},
		{store.CommandFilter{About: "b"}, []string{"b"}},
		{store.CommandFilter{About: "c"}, []string{"c"}},
		{store.CommandFilter{About: "s-c", Channel: "shop"}, nil},
		{store.CommandFilter{Key: "kb"}, []string{"b"}},
		{store.CommandFilter{Key: "k"}, nil},
		{store.CommandFilter{Key: `order/"ü"/<5001>`}, []string{"c"}},
		{store.CommandFilter{After: a}, []string{"b", "c"}},
		{store.CommandFilter{Limit: 2}, []string{"a", "b"}},
		{store.CommandFilter{States: []store.CommandState{store.CommandParked, store.CommandApplied}}, []string{"a"}},
		{store.CommandFilter{SettledSince: second(3)}, []string{"a"}},
		{store.CommandFilter{SettledSince: second(4)}, nil},
		{store.CommandFilter{About: "' OR 1=1 --"}, nil},
	} {
		equal(t, "found", ids(c.filter), c.want)
	}
}

func trimsDone(t *testing.T, l store.Ledger) {
	for n, id := range []string{"old", "unsent", "young", "open"} {
		seq := claim(t, l, wish(int64(n), id, id))
		if id == "open" {
			continue
		}
		take(t, l, "orders", 9, 50)
		at := int64(60)
		if id == "young" {
			at = 500
		}
		settle(t, l, seq, store.CommandApplied, at, func(s *store.Settlement) {
			if id == "unsent" {
				s.Results = []store.Result{{ID: "r"}}
			}
			s.Audit = []store.AuditEntry{{Time: second(at), ID: id}}
		})
	}
	n, err := l.Trim(t.Context(), second(100), second(70), 100)
	ok(t, err)
	equal(t, "removed", n, 3) // one command, two entries
	var left []string
	all, err := l.Commands(t.Context(), store.CommandFilter{})
	ok(t, err)
	for _, c := range all {
		left = append(left, c.ID)
	}
	equal(t, "left", left, []string{"unsent", "young", "open"})
	entries, err := l.Audit(t.Context(), store.AuditFilter{})
	ok(t, err)
	equal(t, "entries left", len(entries), 1)
	if size, err := l.Size(t.Context()); err != nil || size <= 0 {
		t.Errorf("size %d, %v", size, err)
	}
}

func ledgerAfterClose(t *testing.T, l store.Ledger) {
	ok(t, l.Close())
	if _, err := l.Claim(t.Context(), wish(1, "a")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("claim: %v", err)
	}
	if _, err := l.Counts(t.Context()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("counts: %v", err)
	}
	if _, err := l.Take(t.Context(), "orders", 1, time.Now()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("take: %v", err)
	}
	if _, err := l.TakeNext(t.Context(), "orders", 1, time.Now, nil); !errors.Is(err, store.ErrClosed) {
		t.Errorf("take what is claimed next: %v", err)
	}
}

func results(t *testing.T, l store.Ledger) {
	seq := claim(t, l, wish(1, "a", "ka"))
	take(t, l, "orders", 1, 2)
	settle(t, l, seq, store.CommandApplied, 3, func(s *store.Settlement) {
		s.Results = []store.Result{{ID: "first", RoutingKey: "shop.order.place.applied", ReplyTo: "q", CorrelationID: "7", Body: []byte(`{"n":1}`)}}
	})
	ok(t, l.Answer(t.Context(), []store.Result{{Command: seq, ID: "again", Body: []byte("{}")}, {Command: seq + 1, ID: "another's"}}))
	ok(t, l.MarkSent(t.Context(), []int64{unsent(t, l)[0].Number}))
	got, err := l.Results(t.Context(), seq)
	ok(t, err)
	for i := range got {
		got[i].Number = 0
	}
	equal(t, "results", got, []store.Result{
		{Command: seq, ID: "first", RoutingKey: "shop.order.place.applied", ReplyTo: "q", CorrelationID: "7", Body: []byte(`{"n":1}`), Sent: true},
		{Command: seq, ID: "again", Body: []byte("{}")},
	})
	none, err := l.Results(t.Context(), seq+100)
	ok(t, err)
	equal(t, "of no command", len(none), 0)
}
