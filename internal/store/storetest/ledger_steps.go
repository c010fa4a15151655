package storetest

import (
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

// keepsSteps goes a command's way with a failure, a wait, a waking, and the end of two processes.
func keepsSteps(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "k1"))
	take(t, l, "orders", 1, 2)
	settle(t, l, a, store.CommandReceived, 3, due(5), func(s *store.Settlement) { s.Error, s.Class = "call x of Odoo: busy", "busy" })
	take(t, l, "orders", 1, 5)
	settle(t, l, a, store.CommandWaiting, 7, due(90), waitsFor("customer/7"), func(s *store.Settlement) { s.Code = "unknown_customer" })
	_, err := l.Wake(t.Context(), "", []string{"customer/7"}, second(8), "bridge")
	ok(t, err)
	take(t, l, "orders", 1, 9)
	_, err = l.Recover(t.Context(), second(20), second(160))
	ok(t, err)
	take(t, l, "orders", 1, 21)
	settle(t, l, a, store.CommandReceived, 22, due(22), func(s *store.Settlement) { s.Error, s.Class, s.Interrupted = "stopped", "stopped", true })
	take(t, l, "orders", 1, 23)
	settle(t, l, a, store.CommandApplied, 24)
	steps, err := l.Steps(t.Context(), a)
	ok(t, err)
	equal(t, "the way", steps, []store.Step{
		{Number: 1, Time: second(3), Begun: second(2), Attempt: 1, What: store.StepFailed, Class: "busy", Reason: "call x of Odoo: busy", Due: second(5)},
		{Number: 2, Time: second(7), Begun: second(6), Attempt: 2, What: store.StepWaits, Class: "unknown_customer", WaitsFor: []string{"customer/7"}, Due: second(90)},
		{Number: 3, Time: second(8), Attempt: 2, What: store.StepWoken, Reason: "customer/7, told by bridge", Due: second(8)},
		{Number: 4, Time: second(20), Attempt: 3, What: store.StepCutOff, Reason: "the bridge ended during the attempt", Due: second(8)},
		{Number: 5, Time: second(22), Begun: second(21), Attempt: 4, What: store.StepInterrupted, Class: "stopped", Reason: "stopped", Due: second(22)},
	})
	b := claim(t, l, wish(30, "b", "k1"))
	take(t, l, "orders", 1, 31)
	settle(t, l, b, store.CommandApplied, 32)
	steps, err = l.Steps(t.Context(), b)
	ok(t, err)
	equal(t, "of what was applied at once", steps, []store.Step(nil))
}

// boundsSteps has a command fail more often than steps are kept, and go at last with its steps.
func boundsSteps(t *testing.T, l store.Ledger) {
	a := claim(t, l, wish(1, "a", "k1"))
	const all = store.FirstSteps + store.NewestSteps + 7
	for n := int64(1); n <= all; n++ {
		take(t, l, "orders", 1, 10*n)
		settle(t, l, a, store.CommandReceived, 10*n+1, func(s *store.Settlement) { s.Error = fmt.Sprint("attempt ", n) })
	}
	numbers := func() (list []int64) {
		steps, err := l.Steps(t.Context(), a)
		ok(t, err)
		for _, s := range steps {
			equal(t, "the reason", s.Reason, fmt.Sprint("attempt ", s.Number))
			list = append(list, s.Number)
		}
		return list
	}
	got := numbers()
	equal(t, "kept", len(got), store.FirstSteps+store.NewestSteps)
	equal(t, "around the gap", got[store.FirstSteps-1:store.FirstSteps+1], []int64{store.FirstSteps, store.FirstSteps + 8})
	equal(t, "the newest", got[len(got)-1], int64(all))
	take(t, l, "orders", 1, 10*all+10)
	settle(t, l, a, store.CommandApplied, 10*all+11)
	for _, r := range unsent(t, l) {
		ok(t, l.MarkSent(t.Context(), []int64{r.Number}))
	}
	_, err := l.Trim(t.Context(), second(10*all+12), second(0), 100)
	ok(t, err)
	equal(t, "after its command", numbers(), []int64(nil))
}
