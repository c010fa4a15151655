package storetest

import (
	"errors"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

func effects(t *testing.T, l store.Ledger) {
	place := func(n int64, id string) int64 {
		c := wish(n, id, "order/1")
		c.Effect = "place/1"
		return claim(t, l, c)
	}
	a := place(1, "a")
	take(t, l, "orders", 9, 10)
	settle(t, l, a, store.CommandRejected, 10)
	b := place(11, "b")
	if got := takeAll(t, l, "orders", 9, 12); len(got) != 1 || got[0].First != nil {
		t.Fatalf("after a rejected one: %+v", got)
	}
	settle(t, l, b, store.CommandApplied, 13, func(s *store.Settlement) { s.Outcome = []byte("{}") })
	place(14, "c")
	got := takeAll(t, l, "orders", 9, 15)
	if len(got) != 1 || got[0].First == nil || got[0].First.ID != "b" || string(got[0].First.Outcome) != "{}" {
		t.Errorf("after an applied one: %+v", got)
	}
	other := wish(16, "d", "order/1b")
	other.Channel, other.Effect = "pos", "place/1"
	claim(t, l, other)
	if got := takeAll(t, l, "orders", 9, 17); len(got) != 1 || got[0].First != nil {
		t.Errorf("of another channel: %+v", got)
	}
}

func newest(t *testing.T, l store.Ledger) {
	say := func(n int64, id string, at int64) store.Taken {
		c := wish(n, id, "customer/7")
		c.Said, c.Time = "customer/7", second(at)
		claim(t, l, c)
		return takeAll(t, l, "orders", 9, n)[0]
	}
	first := say(1, "a", 100)
	equal(t, "nothing said", first.Newest.IsZero(), true)
	settle(t, l, first.Seq, store.CommandApplied, 2)
	second2 := say(3, "b", 90)
	equal(t, "said", second2.Newest, second(100))
	settle(t, l, second2.Seq, store.CommandRejected, 4)
	third := say(5, "c", 200)
	equal(t, "a rejected word is none", third.Newest, second(100))
	settle(t, l, third.Seq, store.CommandApplied, 6)
	equal(t, "the newest", say(7, "d", 1).Newest, second(200))
}

func keepsNotes(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "k"))
	take(t, l, "orders", 9, 10)
	ok(t, l.Note(t.Context(), a, "order", "trying"))
	ok(t, l.Note(t.Context(), a, "order", "42"))
	ok(t, l.Note(t.Context(), a, "lines", ""))
	settle(t, l, a, store.CommandReceived, 10, due(20))
	equal(t, "notes", takeAll(t, l, "orders", 9, 20)[0].Notes, map[string]string{"order": "42", "lines": ""})
}

func settleExact(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "k"))
	take(t, l, "orders", 9, 10)
	settle(t, l, a, store.CommandParked, 12, waitsFor("sku/X"), func(s *store.Settlement) {
		s.Code, s.Outcome, s.Error, s.Begun = "unknown_sku", []byte(`{"x":1}`), "e", second(10)
		s.Odoo = store.OdooRecord{Model: "sale.order", ID: 42, Name: "S00042"}
		s.Results = []store.Result{{ID: "r1", RoutingKey: "shop.order.place.parked", ReplyTo: "q", CorrelationID: "x", Body: []byte("body")}}
		s.Audit = []store.AuditEntry{{Time: second(12), Actor: "channel shop", Action: "parked", Channel: "shop", ID: "a", Name: "order.place", Subject: "s-a", Code: "unknown_sku", Odoo: s.Odoo, Reason: "why"}}
	})
	c := command(t, l, "a")
	equal(t, "kept", []any{c.State, c.Code, string(c.Outcome), c.Error, c.Begun, c.Settled, c.WaitsFor, c.Odoo},
		[]any{store.CommandParked, "unknown_sku", `{"x":1}`, "e", second(10), second(12), []string{"sku/X"}, store.OdooRecord{Model: "sale.order", ID: 42, Name: "S00042"}})
	results := unsent(t, l)
	equal(t, "results", len(results), 1)
	equal(t, "the result", results[0], store.Result{Number: results[0].Number, Command: a, ID: "r1", RoutingKey: "shop.order.place.parked", ReplyTo: "q", CorrelationID: "x", Body: []byte("body")})
	entries, err := l.Audit(t.Context(), store.AuditFilter{})
	ok(t, err)
	equal(t, "audit", entries, []store.AuditEntry{{Number: entries[0].Number, Time: second(12), Actor: "channel shop", Action: "parked", Channel: "shop", ID: "a", Name: "order.place", Subject: "s-a",
		Code: "unknown_sku", Odoo: store.OdooRecord{Model: "sale.order", ID: 42, Name: "S00042"}, Reason: "why"}})
}

func settleStates(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "k"))
	s := &store.Settlement{Seq: a, State: store.CommandApplied, Now: second(2), Results: []store.Result{{ID: "r"}}}
	if err := l.Settle(t.Context(), s); !errors.Is(err, store.ErrState) {
		t.Errorf("settled what is received: %v", err)
	}
	take(t, l, "orders", 9, 10)
	ok(t, l.Settle(t.Context(), s))
	if err := l.Settle(t.Context(), s); !errors.Is(err, store.ErrState) {
		t.Errorf("settled twice: %v", err)
	}
	if err := l.Settle(t.Context(), &store.Settlement{Seq: a + 100, State: store.CommandApplied}); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("settled nothing: %v", err)
	}
	equal(t, "results", len(unsent(t, l)), 1)
}

func parked(t testing.TB, l store.Ledger, n int64, id string, keys ...string) int64 {
	t.Helper()
	seq := claim(t, l, wish(n, id, keys...))
	if got := take(t, l, "orders", 1, n+1); len(got) != 1 || got[0] != id {
		t.Fatalf("took %v, want %s", got, id)
	}
	settle(t, l, seq, store.CommandParked, n+2, waitsFor("sku/X"), func(s *store.Settlement) { s.Code = "unknown_sku" })
	return seq
}

func decide(t *testing.T, l store.Ledger) {
	parked(t, l, 1, "a", "ka")
	parked(t, l, 11, "b", "kb")
	parked(t, l, 21, "c", "kc")
	by := func(action string) store.AuditEntry {
		return store.AuditEntry{Actor: "user anna", Action: action, Reason: "because"}
	}
	got, err := l.Decide(t.Context(), &store.Decision{Channel: "shop", ID: "a", State: store.CommandReceived, Now: second(30), Audit: by("retry")})
	ok(t, err)
	equal(t, "retried", []any{got.State, got.WaitsFor}, []any{store.CommandReceived, []string(nil)})
	_, err = l.Decide(t.Context(), &store.Decision{Channel: "shop", ID: "b", State: store.CommandDiscarded, Now: second(31), Outcome: []byte(`"gone"`), Audit: by("discard"), Results: []store.Result{{ID: "gone"}}})
	ok(t, err)
	equal(t, "discarded", state(t, l, "b"), store.CommandDiscarded)
	edited := &store.Command{Body: []byte("new"), Subject: "s2", Keys: []string{"k2"}, Effect: "e2", Said: "s2", Time: second(5), Provides: "p2"}
	_, err = l.Decide(t.Context(), &store.Decision{Channel: "shop", ID: "c", State: store.CommandReceived, Now: second(32), Edited: edited, Audit: by("edit")})
	ok(t, err)
	c := command(t, l, "c")
	equal(t, "edited", []any{string(c.Edited), string(c.Body), c.Subject, c.Keys, c.Effect, c.Said, c.Time, c.Provides},
		[]any{"new", `{"id":"c"}`, "s2", []string{"k2"}, "e2", "s2", second(5), "p2"})
	equal(t, "in line", take(t, l, "orders", 9, 40), []string{"a", "c"})
	entries, err := l.Audit(t.Context(), store.AuditFilter{Actor: "user anna"})
	ok(t, err)
	var actions []string
	for _, e := range entries {
		actions = append(actions, e.Action+" "+e.ID+" "+e.Reason+" "+e.Subject)
	}
	equal(t, "audit", actions, []string{"retry a because s-a", "discard b because s-b", "edit c because s-c"})
	equal(t, "results", len(unsent(t, l)), 1)
}

func decideStates(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "k"))
	again := &store.Decision{Channel: "shop", ID: "a", State: store.CommandReceived, Now: second(3), Audit: store.AuditEntry{Actor: "user"}}
	if _, err := l.Decide(t.Context(), again); !errors.Is(err, store.ErrState) {
		t.Errorf("retried what is received: %v", err)
	}
	if _, err := l.Decide(t.Context(), &store.Decision{Channel: "shop", ID: "none"}); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("decided on nothing: %v", err)
	}
	take(t, l, "orders", 9, 10)
	settle(t, l, a, store.CommandWaiting, 11, due(1000), waitsFor("customer/7"))
	if _, err := l.Decide(t.Context(), again); err != nil {
		t.Errorf("retry what waits: %v", err)
	}
	equal(t, "at once", take(t, l, "orders", 9, 12), []string{"a"})
	entries, err := l.Audit(t.Context(), store.AuditFilter{})
	ok(t, err)
	equal(t, "audited", len(entries), 1)
}
