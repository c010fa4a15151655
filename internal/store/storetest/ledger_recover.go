package storetest

import (
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

// recovers has a process end that was applying four commands, of which one had called Odoo, another had in an
// earlier attempt, and a third holds back one that arrived after it.
func recovers(t *testing.T, l store.Ledger) {
	called, before, held, done := claim(t, l, wish(1, "called", "k1")), claim(t, l, wish(2, "before", "k2")), claim(t, l, wish(3, "held", "k3")), claim(t, l, wish(4, "done", "k4"))
	claim(t, l, wish(5, "after", "k1"))
	take(t, l, "orders", 4, 10)
	ok(t, l.Calling(t.Context(), before))
	settle(t, l, before, store.CommandReceived, 11, due(11))
	ok(t, l.Calling(t.Context(), done))
	settle(t, l, done, store.CommandApplied, 11)
	take(t, l, "orders", 4, 12)
	ok(t, l.Calling(t.Context(), called))
	ok(t, l.Calling(t.Context(), called))
	equal(t, "applying", []any{state(t, l, "called"), state(t, l, "before"), state(t, l, "held"), state(t, l, "after")},
		[]any{store.CommandApplying, store.CommandApplying, store.CommandApplying, store.CommandReceived})

	n, err := l.Recover(t.Context(), second(0), second(160))
	ok(t, err)
	equal(t, "recovered", n, 3)
	equal(t, "at once", takeAttempts(t, l, 13), map[string]int{"before": 3, "held": 2})
	next, err := l.NextDue(t.Context(), "orders")
	ok(t, err)
	equal(t, "the next", next, second(160))
	equal(t, "while Odoo may be at work", take(t, l, "orders", 9, 159), []string(nil))
	equal(t, "afterwards, in order", takeAttempts(t, l, 160), map[string]int{"called": 2})
	settle(t, l, called, store.CommandApplied, 161)
	settle(t, l, held, store.CommandApplied, 161)
	equal(t, "what it held back", take(t, l, "orders", 9, 162), []string{"after"})
	// The mark went with the recovery.
	n, err = l.Recover(t.Context(), second(0), second(900))
	ok(t, err)
	equal(t, "recovered again", n, 2)
	equal(t, "at once", take(t, l, "orders", 9, 163), []string{"after", "before"})
	// What is not applied is not marked.
	ok(t, l.Calling(t.Context(), called))
	n, err = l.Recover(t.Context(), second(0), second(900))
	ok(t, err)
	equal(t, "recovered once more", n, 2)
}

// recoversWaiting has a process end that had called Odoo for a command which had waited before.
func recoversWaiting(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "k1"))
	take(t, l, "orders", 1, 2)
	settle(t, l, a, store.CommandWaiting, 3, due(5), waitsFor("customer/7"))
	equal(t, "looks again", take(t, l, "orders", 1, 5), []string{"a"})
	ok(t, l.Calling(t.Context(), a))
	n, err := l.Recover(t.Context(), second(0), second(160))
	ok(t, err)
	equal(t, "recovered", n, 1)
	_, err = l.Wake(t.Context(), "", []string{"customer/7"}, second(6), "bridge")
	ok(t, err)
	equal(t, "woken while Odoo may be at work", take(t, l, "orders", 1, 159), []string(nil))
	equal(t, "afterwards", take(t, l, "orders", 1, 160), []string{"a"})
}

// takeAttempts takes what is due, and says which attempt of each it is.
func takeAttempts(t testing.TB, l store.Ledger, at int64) map[string]int {
	t.Helper()
	attempts := map[string]int{}
	for _, c := range takeAll(t, l, "orders", 9, at) {
		attempts[c.ID] = c.Attempts
	}
	return attempts
}

func trimsLoose(t *testing.T, l store.Ledger) {
	for n := range int64(5) {
		s := &store.Settlement{State: store.CommandRejected, Now: second(1), Results: []store.Result{{ID: "garbage", Body: []byte("no")}}}
		ok(t, l.Refuse(t.Context(), wish(n, ""), s))
		c := wish(n, []string{"a", "b", "c", "d", "e"}[n], "customer/1", "own")
		c.Said, c.Time = "customer/"+c.ID, second(1000+n)
		seq := claim(t, l, c)
		take(t, l, "orders", 9, 10)
		settle(t, l, seq, store.CommandApplied, 20+10*n)
	}
	list := unsent(t, l)
	for _, r := range list[:4] {
		ok(t, l.MarkSent(t.Context(), []int64{r.Number}))
	}
	removed := 0
	for n := 1; n > 0; removed += n {
		var err error
		n, err = l.Trim(t.Context(), second(45), second(0), 2)
		ok(t, err)
		if n > 6 {
			t.Fatalf("removed %d at a time", n)
		}
	}
	equal(t, "removed", removed, 4+3+3) // answers, commands, words
	equal(t, "left to be sent", len(unsent(t, l)), 1)
	for id, want := range map[string]bool{"a": true, "d": false} {
		c := wish(50, "again-"+id, id)
		c.Said, c.Time = "customer/"+id, second(1)
		claim(t, l, c)
		equal(t, "the word on "+id+" is forgotten", takeAll(t, l, "orders", 9, 60)[0].Newest.IsZero(), want)
	}
}
