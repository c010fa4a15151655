package storetest

import (
	"math"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

func bindings(t *testing.T, l store.Ledger) {
	bound := func(what, externalID string, want ...store.Binding) {
		t.Helper()
		b, found, err := l.Bound(t.Context(), externalID)
		ok(t, err)
		equal(t, what+" found", found, len(want) == 1)
		if len(want) == 1 {
			equal(t, what, b, want[0])
		}
	}
	const ada = "channel_shop.customer_7001"
	bound("before anything is bound", ada)
	first := store.Binding{ExternalID: ada, Model: "res.partner", Record: 1 << 40}
	order := store.Binding{ExternalID: "channel_shop.order_ä'\"", Model: "sale.order", Record: 42}
	a := claim(t, l, wish(1, "a", "k"))
	take(t, l, "orders", 9, 10)
	settle(t, l, a, store.CommandApplied, 11, func(s *store.Settlement) { s.Bindings = []store.Binding{first, order} })
	bound("a customer", ada, first)
	bound("an order", order.ExternalID, order)
	bound("another's", "channel_shop.customer_700")

	b := claim(t, l, wish(12, "b", "k"))
	take(t, l, "orders", 9, 13)
	again := first
	again.Record = 7
	settle(t, l, b, store.CommandParked, 14, func(s *store.Settlement) { s.Bindings = []store.Binding{again} })
	bound("bound anew, by what is parked too", ada, again)
	removed, err := l.Trim(t.Context(), second(math.MaxInt32), second(0), 100)
	ok(t, err)
	equal(t, "removed", removed > 0, true)
	bound("after its command was trimmed", order.ExternalID, order)
}

func keepsOutcome(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "k"))
	take(t, l, "orders", 9, 10)
	settle(t, l, a, store.CommandParked, 11, func(s *store.Settlement) { s.Outcome = []byte("parked so") })
	_, err := l.Decide(t.Context(), &store.Decision{Channel: "shop", ID: "a", State: store.CommandReceived, Now: second(12), Audit: store.AuditEntry{Actor: "user"}})
	ok(t, err)
	for n := int64(13); n < 19; n += 2 { // attempts that decide nothing
		got := takeAll(t, l, "orders", 9, n)
		equal(t, "taken", len(got), 1)
		equal(t, "outcome", string(got[0].Outcome), "parked so")
		settle(t, l, a, store.CommandReceived, n+1, due(n+1))
	}
}
