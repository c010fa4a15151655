package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// LedgerOpener makes an empty ledger. The suite closes it.
type LedgerOpener func(t testing.TB) store.Ledger

// RunLedger is the conformance suite of store.Ledger.
func RunLedger(t *testing.T, open LedgerOpener) {
	for _, c := range []struct {
		name string
		test func(*testing.T, store.Ledger)
	}{
		{"a claim comes back as it was", claimExact},
		{"an id is claimed once in its channel", claimOnce},
		{"claims at once have one winner", claimAtOnce},
		{"a refused command is kept with its answer", refuse},
		{"a message without an id is answered and not kept", refuseNameless},
		{"commands are taken as they arrived, by workload", takeOrder},
		{"large commands are taken few at a time", takesFewLarge},
		{"what is claimed is taken with its claim", takesNext},
		{"waiting for a claim ends when it is told to", wakesNext},
		{"a claim at the end of waiting is taken once", takesNextOnce},
		{"what shares a key follows", keysFollow},
		{"commands of one key are taken in order whatever their workload", keysAcross},
		{"a retry holds back what follows", retryHolds},
		{"a retry is not taken before it is due", retryDue},
		{"a wait holds back what is about the same thing", waitHolds},
		{"a wait does not hold back others", waitLetsOthers},
		{"what is waited for goes first", providersJump},
		{"what was provided while applying is not missed", notMissed},
		{"applying wakes what waits for it", provides},
		{"waking finds by key and channel", wake},
		{"waking lets parked commands go on, and says so", wakeParked},
		{"the first of an effect is named", effects},
		{"the newest word of a channel is named", newest},
		{"what was being applied goes on after a restart, and what had called waits", recovers},
		{"what had called is not woken before", recoversWaiting},
		{"notes are kept until the command goes", keepsNotes},
		{"steps tell the way of a command that was not applied at once", keepsSteps},
		{"of many steps the first and the newest are kept", boundsSteps},
		{"a settlement keeps everything", settleExact},
		{"what ids are bound to is kept", bindings},
		{"only what is applying is settled", settleStates},
		{"a person retries, edits and discards what is parked or waits", decide},
		{"a person decides nothing else", decideStates},
		{"what a command was parked with is known until there is another outcome", keepsOutcome},
		{"results are unsent until marked", outbox},
		{"results that wait are counted, and nobody is replied to twice", outboxCounts},
		{"results are found by their command", results},
		{"audit entries are found", audit},
		{"counts say what is not done", counts},
		{"commands are found", filters},
		{"what Odoo is compared with is told", comparing},
		{"trimming leaves what is needed", trimsDone},
		{"trimming removes what was no command, and old words", trimsLoose},
		{"calls after close fail", ledgerAfterClose},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := open(t)
			defer closeLedger(t, l)
			c.test(t, l)
		})
	}
	t.Run("whatever happens, keys are never shared, order holds and everything ends", func(t *testing.T) { ledgerProperty(t, open) })
}

func closeLedger(t testing.TB, l store.Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// wish is a command that arrived at the n-th second.
func wish(n int64, id string, keys ...string) *store.Command {
	return &store.Command{
		Channel: "shop", ID: id, Name: "order.place", Subject: "s-" + id, Workload: "orders", Body: []byte(`{"id":"` + id + `"}`),
		Digest: "d-" + id, Keys: keys, Received: second(n),
	}
}

func claim(t testing.TB, l store.Ledger, c *store.Command) int64 {
	t.Helper()
	got, err := l.Claim(t.Context(), c)
	ok(t, err)
	if got[0].First != nil {
		t.Fatalf("%s is there already", c.ID)
	}
	return got[0].Seq
}

// take returns the ids of what is taken.
func take(t testing.TB, l store.Ledger, workload string, n int, at int64) (ids []string) {
	t.Helper()
	for _, c := range takeAll(t, l, workload, n, at) {
		ids = append(ids, c.ID)
	}
	return ids
}

func takeAll(t testing.TB, l store.Ledger, workload string, n int, at int64) []store.Taken {
	t.Helper()
	taken, err := l.Take(t.Context(), workload, n, second(at))
	ok(t, err)
	return taken
}

func settle(t testing.TB, l store.Ledger, seq int64, state store.CommandState, at int64, change ...func(*store.Settlement)) {
	t.Helper()
	s := &store.Settlement{Seq: seq, State: state, Now: second(at), Taken: second(at - 1), Due: second(at)}
	for _, c := range change {
		c(s)
	}
	ok(t, l.Settle(t.Context(), s))
}

func due(at int64) func(*store.Settlement) {
	return func(s *store.Settlement) { s.Due = second(at) }
}

func waitsFor(keys ...string) func(*store.Settlement) {
	return func(s *store.Settlement) { s.WaitsFor = keys }
}

func command(t testing.TB, l store.Ledger, id string) store.Command {
	t.Helper()
	c, found, err := l.Command(t.Context(), "shop", id)
	ok(t, err)
	if !found {
		t.Fatalf("no command %s", id)
	}
	return c
}

func state(t testing.TB, l store.Ledger, id string) store.CommandState {
	t.Helper()
	return command(t, l, id).State
}

// LedgerWork claims, takes, notes and settles for ever, and says after each call that must be durable what was done:
// "claimed id", "noted id", "applied id".
func LedgerWork(ctx context.Context, l store.Ledger, from int64, say func(string)) error {
	for n := from; ; n++ {
		id := fmt.Sprintf("c%d", n)
		if _, err := l.Claim(ctx, wish(n, id, "key", id)); err != nil {
			return err
		}
		say("claimed " + id)
		taken, err := l.Take(ctx, "orders", 1, second(n).Add(time.Hour))
		if err != nil {
			return err
		}
		for _, c := range taken {
			if err := l.Note(ctx, c.Seq, "step", c.ID); err != nil {
				return err
			}
			say("noted " + c.ID)
			err := l.Settle(ctx, &store.Settlement{Seq: c.Seq, State: store.CommandApplied, Now: second(n), Results: []store.Result{{ID: c.ID, Body: []byte("{}")}}})
			if err != nil {
				return err
			}
			say("applied " + c.ID)
		}
	}
}

// LedgerAgrees checks what a killed LedgerWork said against the ledger, and returns the number to go on from.
func LedgerAgrees(t testing.TB, l store.Ledger, said []string) int64 {
	t.Helper()
	_, err := l.Recover(t.Context(), second(0), second(0))
	ok(t, err)
	for _, line := range said {
		var verb, id string
		if _, err := fmt.Sscan(line, &verb, &id); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		c := command(t, l, id)
		switch {
		case c.State == store.CommandApplying:
			t.Errorf("%s is still being applied", id)
		case verb == "noted" && c.Notes["step"] != id:
			t.Errorf("%s has lost its note", id)
		case verb == "applied" && c.State != store.CommandApplied:
			t.Errorf("%s was applied and is %s", id, c.State)
		case c.State == store.CommandReceived && c.Attempts == 0:
			t.Errorf("%s may have been begun, and has no attempt", id)
		}
	}
	all, err := l.Commands(t.Context(), store.CommandFilter{Limit: 1_000_000})
	ok(t, err)
	unsent, err := l.Unsent(t.Context(), 0, 1_000_000)
	ok(t, err)
	results := map[string]int{}
	for _, r := range unsent {
		results[r.ID]++
	}
	for _, c := range all {
		want := 0
		if c.State == store.CommandApplied {
			want = 1
		}
		if results[c.ID] != want {
			t.Errorf("%s is %s and has %d results", c.ID, c.State, results[c.ID])
		}
	}
	return int64(len(all)) + 1
}
