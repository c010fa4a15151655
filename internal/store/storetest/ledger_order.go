package storetest

import (
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

func takeOrder(t *testing.T, l store.Ledger) {
	for i, id := range []string{"a", "b", "c"} {
		claim(t, l, wish(int64(i), id, id))
	}
	stock := wish(9, "d", "d")
	stock.Workload = "stock"
	claim(t, l, stock)
	equal(t, "two", take(t, l, "orders", 2, 100), []string{"a", "b"})
	equal(t, "the rest", take(t, l, "orders", 2, 100), []string{"c"})
	equal(t, "no more", take(t, l, "orders", 2, 100), []string(nil))
	equal(t, "other workload", take(t, l, "stock", 2, 100), []string{"d"})
	c := command(t, l, "a")
	equal(t, "state and attempts", []any{c.State, c.Attempts}, []any{store.CommandApplying, 1})
}

func keysFollow(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "order/1", "customer/7"))
	b := claim(t, l, wish(2, "b", "customer/7"))
	claim(t, l, wish(3, "c", "order/1"))
	claim(t, l, wish(4, "d", "order/2"))
	equal(t, "first", take(t, l, "orders", 9, 100), []string{"a", "d"})
	settle(t, l, a, store.CommandApplied, 5)
	equal(t, "then both", take(t, l, "orders", 9, 100), []string{"b", "c"})
	settle(t, l, b, store.CommandRejected, 6)
	claim(t, l, wish(7, "e", "customer/7"))
	equal(t, "then what came later", take(t, l, "orders", 9, 100), []string{"e"})
}

func keysAcross(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "order/1"))
	payment := wish(2, "p", "payment/1", "order/1")
	payment.Workload = "finance"
	claim(t, l, payment)
	equal(t, "finance", take(t, l, "finance", 9, 100), []string(nil))
	equal(t, "orders", take(t, l, "orders", 9, 100), []string{"a"})
	settle(t, l, a, store.CommandApplied, 5)
	next, err := l.NextDue(t.Context(), "finance")
	ok(t, err)
	equal(t, "next of finance", next, second(2))
	equal(t, "finance", take(t, l, "finance", 9, 100), []string{"p"})
}

func retryHolds(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "k"))
	claim(t, l, wish(2, "b", "k"))
	take(t, l, "orders", 9, 10)
	settle(t, l, a, store.CommandReceived, 10, due(50))
	equal(t, "nothing before its time", take(t, l, "orders", 9, 20), []string(nil))
	equal(t, "the first again", take(t, l, "orders", 9, 60), []string{"a"})
	if c := command(t, l, "a"); c.Attempts != 2 {
		t.Errorf("attempt %d", c.Attempts)
	}
	settle(t, l, a, store.CommandApplied, 61)
	equal(t, "the second", take(t, l, "orders", 9, 62), []string{"b"})
}

func retryDue(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "k"))
	take(t, l, "orders", 9, 10)
	settle(t, l, a, store.CommandReceived, 10, due(50), func(s *store.Settlement) { s.Error, s.Begun = "time-out", second(10) })
	next, err := l.NextDue(t.Context(), "orders")
	ok(t, err)
	equal(t, "next", next, second(50))
	c := command(t, l, "a")
	equal(t, "kept", []any{c.State, c.Error, c.Begun, c.Settled.IsZero()}, []any{store.CommandReceived, "time-out", second(10), true})
	if none, err := l.NextDue(t.Context(), "stock"); err != nil || !none.IsZero() {
		t.Errorf("next of nothing: %v, %v", none, err)
	}
}

func waitHolds(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "order/1"))
	claim(t, l, wish(2, "b", "order/1"))
	take(t, l, "orders", 9, 10)
	settle(t, l, a, store.CommandWaiting, 10, due(50), waitsFor("customer/7"))
	claim(t, l, wish(11, "c", "order/1"))
	equal(t, "nothing passes", take(t, l, "orders", 9, 20), []string(nil))
	equal(t, "it is looked at again", take(t, l, "orders", 9, 50), []string{"a"})
	settle(t, l, a, store.CommandApplied, 51)
	equal(t, "then the next", take(t, l, "orders", 9, 52), []string{"b"})
}

func waitLetsOthers(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "order/1", "customer/7"))
	take(t, l, "orders", 9, 10)
	settle(t, l, a, store.CommandWaiting, 10, due(50), waitsFor("customer/7"))
	b := claim(t, l, wish(11, "b", "customer/7"))
	equal(t, "what shares another key passes", take(t, l, "orders", 9, 20), []string{"b"})
	equal(t, "but not both at once", take(t, l, "orders", 9, 60), []string(nil))
	settle(t, l, b, store.CommandApplied, 61)
	equal(t, "it goes on", take(t, l, "orders", 9, 61), []string{"a"})
}

func providersJump(t *testing.T, l store.Ledger) {
	cancel := claim(t, l, wish(1, "cancel", "order/1"))
	take(t, l, "orders", 9, 10)
	settle(t, l, cancel, store.CommandWaiting, 10, due(1000), waitsFor("order/1"))
	claim(t, l, wish(11, "cancel2", "order/1"))
	place, place2 := wish(12, "place", "order/1"), wish(13, "place2", "order/1")
	place.Provides, place2.Provides = "order/1", "order/1"
	p := claim(t, l, place)
	claim(t, l, place2)
	equal(t, "the provider alone", take(t, l, "orders", 9, 20), []string{"place"})
	settle(t, l, p, store.CommandApplied, 21, func(s *store.Settlement) { s.Provided = "order/1" })
	equal(t, "what waited", take(t, l, "orders", 9, 22), []string{"cancel"})
	settle(t, l, cancel, store.CommandApplied, 23)
	equal(t, "then the next in line", take(t, l, "orders", 9, 24), []string{"cancel2"})

	// The provider may be there before somebody waits for it, behind others.
	a := claim(t, l, wish(30, "a", "order/2"))
	claim(t, l, wish(31, "b", "order/2"))
	late := wish(32, "late", "order/2")
	late.Provides = "order/2"
	claim(t, l, late)
	equal(t, "first", take(t, l, "orders", 9, 40), []string{"a"})
	settle(t, l, a, store.CommandWaiting, 41, due(1000), waitsFor("order/2"))
	equal(t, "the provider", take(t, l, "orders", 9, 42), []string{"late"})
}

func notMissed(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "order/1"))
	customer := wish(2, "u", "customer/7")
	customer.Provides = "customer/7"
	u := claim(t, l, customer)
	equal(t, "both", take(t, l, "orders", 9, 10), []string{"a", "u"})
	settle(t, l, u, store.CommandApplied, 12, func(s *store.Settlement) { s.Provided = "customer/7" })
	settle(t, l, a, store.CommandWaiting, 13, due(1000), waitsFor("customer/7"), func(s *store.Settlement) { s.Taken = second(10) })
	equal(t, "it looks again at once", take(t, l, "orders", 9, 13), []string{"a"})
	settle(t, l, a, store.CommandWaiting, 15, due(1000), waitsFor("customer/7"), func(s *store.Settlement) { s.Taken = second(13) })
	equal(t, "once", take(t, l, "orders", 9, 16), []string(nil))
}

func provides(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "order/1"))
	elsewhere := wish(2, "a", "order/1b")
	elsewhere.Channel = "pos"
	b := claim(t, l, elsewhere)
	take(t, l, "orders", 9, 10)
	settle(t, l, a, store.CommandWaiting, 10, due(1000), waitsFor("sku/X", "customer/7"))
	settle(t, l, b, store.CommandWaiting, 10, due(1000), waitsFor("customer/7"))
	customer := wish(11, "u", "customer/7")
	customer.Provides = "customer/7"
	u := claim(t, l, customer)
	equal(t, "the customer", take(t, l, "orders", 9, 20), []string{"u"})
	settle(t, l, u, store.CommandApplied, 21, func(s *store.Settlement) { s.Provided = "customer/7" })
	taken := takeAll(t, l, "orders", 9, 22)
	if len(taken) != 1 || taken[0].Channel != "shop" || taken[0].ID != "a" {
		t.Errorf("woken: %+v", taken)
	}
	equal(t, "what it waited for", taken[0].WaitsFor, []string{"sku/X", "customer/7"})
}

func wake(t *testing.T, l store.Ledger) {
	for n, id := range []string{"a", "b", "c"} {
		c := wish(int64(n), id, id)
		if id == "c" {
			c.Channel = "pos"
		}
		claim(t, l, c)
	}
	for _, c := range takeAll(t, l, "orders", 9, 10) {
		settle(t, l, c.Seq, store.CommandWaiting, 10, due(1000), waitsFor("mapping/tax/VAT", "sku/"+c.ID))
	}
	woken := func(channel string, at int64, keys ...string) int {
		n, err := l.Wake(t.Context(), channel, keys, second(at), "bridge")
		ok(t, err)
		return n
	}
	equal(t, "nobody", woken("shop", 11, "sku/none"), 0)
	equal(t, "by sku", woken("", 11, "sku/b", "sku/none"), 1)
	equal(t, "b", take(t, l, "orders", 9, 12), []string{"b"})
	equal(t, "of one channel", woken("pos", 13, "mapping/tax/VAT"), 1)
	equal(t, "c", take(t, l, "orders", 9, 14), []string{"c"})
	equal(t, "the rest stays", state(t, l, "a"), store.CommandWaiting)
}

func wakeParked(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "k"))
	claim(t, l, wish(2, "b", "k"))
	take(t, l, "orders", 1, 10)
	settle(t, l, a, store.CommandParked, 10, waitsFor("sku/X"), func(s *store.Settlement) { s.Code = "unknown_sku" })
	equal(t, "a parked one holds nobody back", take(t, l, "orders", 9, 11), []string{"b"})
	n, err := l.Wake(t.Context(), "", []string{"sku/X"}, second(12), "bridge")
	ok(t, err)
	equal(t, "woken", n, 1)
	equal(t, "in line", state(t, l, "a"), store.CommandReceived)
	equal(t, "not beside b", take(t, l, "orders", 9, 13), []string(nil))
	settle(t, l, command(t, l, "b").Seq, store.CommandApplied, 14)
	equal(t, "then", take(t, l, "orders", 9, 15), []string{"a"})
	entries, err := l.Audit(t.Context(), store.AuditFilter{Action: "woken"})
	ok(t, err)
	if len(entries) != 1 || entries[0].ID != "a" || entries[0].Reason != "sku/X" || entries[0].Actor != "bridge" {
		t.Errorf("audit %+v", entries)
	}
}
