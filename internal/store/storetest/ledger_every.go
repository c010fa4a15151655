package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// EveryStep calls everything that is called for each command, with commands that are applied, wait, are parked and are tried
// again, so that a test can look at all statements that are run for it.
func EveryStep(t *testing.T, l store.Ledger) {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	result := []store.Result{{ID: "r"}}
	audit := []store.AuditEntry{{Time: now, Action: "applied"}}
	for i, state := range []store.CommandState{store.CommandApplied, store.CommandWaiting, store.CommandParked, store.CommandReceived} {
		id := fmt.Sprint(i)
		c := &store.Command{Channel: "shop", ID: id, Workload: "orders", Effect: "e" + id, Said: "s" + id, Time: now, Keys: []string{"order/" + id, "customer/1"}, Provides: "p" + id, Received: now}
		for range 2 { // the second is known
			_, err := l.Claim(ctx, c)
			ok(t, err)
		}
		taken, err := l.Take(ctx, "orders", 1, now.Add(time.Hour))
		ok(t, err)
		equal(t, "taken", len(taken), 1)
		s := &store.Settlement{Seq: taken[0].Seq, State: state, Now: now, Due: now.Add(2 * time.Hour), WaitsFor: []string{"x"}, Provided: "y", Results: result, Audit: audit,
			Bindings: []store.Binding{{ExternalID: "a.b", Model: "m", Record: 1}}}
		ok(t, l.Calling(ctx, s.Seq))
		ok(t, l.Note(ctx, s.Seq, "k", "v"))
		ok(t, l.Settle(ctx, s))
		if state == store.CommandParked {
			_, err := l.Decide(ctx, &store.Decision{Channel: c.Channel, ID: taken[0].ID, State: store.CommandReceived, Now: now, Edited: c})
			ok(t, err)
		}
		everyLook(t, l, c, now)
	}
	ok(t, l.Refuse(ctx, wish(1, "refused", "k"), &store.Settlement{State: store.CommandRejected, Now: now, Results: result, Audit: audit}))
	ok(t, l.Answer(ctx, result))
}

// everyLook asks what is asked while a command is on its way.
func everyLook(t *testing.T, l store.Ledger, c *store.Command, now time.Time) {
	t.Helper()
	ctx := t.Context()
	_, known, err := l.Command(ctx, c.Channel, c.ID)
	ok(t, err)
	equal(t, "known", known, true)
	_, _, err = l.Bound(ctx, "a.b")
	ok(t, err)
	_, err = l.Wake(ctx, "", []string{"x"}, now, "bridge")
	ok(t, err)
	_, err = l.NextDue(ctx, "orders")
	ok(t, err)
	unsent, err := l.Unsent(ctx, 0, 10)
	ok(t, err)
	for _, u := range unsent {
		ok(t, l.MarkSent(ctx, []int64{u.Number}))
	}
}
