package storetest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/store"
)

func claimExact(t *testing.T, l store.Ledger) {
	c := wish(1, "a", "order/1", "customer/7")
	c.Effect, c.Said, c.Time, c.BasedOn = "place/1", "order/1", second(-5), 9
	c.ReplyTo, c.CorrelationID, c.Provides, c.Body = "q", "x", "order/1", []byte("{\x00\xff\"ü\"}")
	seq := claim(t, l, c)
	want := *c
	want.Seq, want.State, want.Due = seq, store.CommandReceived, second(1)
	equal(t, "the command", command(t, l, "a"), want)
	if _, found, err := l.Command(t.Context(), "shop", "b"); found || err != nil {
		t.Errorf("an unknown command: %v, %v", found, err)
	}
}

func claimOnce(t *testing.T, l store.Ledger) {
	first := claim(t, l, wish(1, "a", "k"))
	again := wish(2, "a", "other")
	again.Body, again.Digest = []byte("else"), "else"
	both, err := l.Claim(t.Context(), again, wish(2, "z", "k9"))
	ok(t, err)
	if len(both) != 2 || both[1].First != nil || both[1].Seq <= first {
		t.Errorf("beside it: %+v", both)
	}
	got := both[0]
	if got.First == nil || got.First.Seq != first || got.First.Digest != "d-a" {
		t.Errorf("got %+v", got)
	}
	other := wish(3, "a", "k2")
	other.Channel = "pos"
	if seq := claim(t, l, other); seq <= first {
		t.Errorf("number %d after %d", seq, first)
	}
}

func claimAtOnce(t *testing.T, l store.Ledger) {
	var won atomic.Int64
	var group errgroup.Group
	for i := range 40 {
		group.Go(func() error {
			got, err := l.Claim(t.Context(), wish(1, fmt.Sprintf("c%d", i%4), "k"))
			if err == nil && got[0].First == nil {
				won.Add(1)
			}
			return err
		})
	}
	ok(t, group.Wait())
	if won.Load() != 4 {
		t.Errorf("%d claims of 4 ids were kept", won.Load())
	}
}

func refuse(t *testing.T, l store.Ledger) {
	s := &store.Settlement{State: store.CommandRejected, Now: second(2), Code: "invalid", Outcome: []byte(`{"outcome":"rejected"}`),
		Results: []store.Result{{ID: "r", Body: []byte("no")}}, Audit: []store.AuditEntry{{Time: second(2), Actor: "channel shop", Action: "rejected", ID: "a"}}}
	ok(t, l.Refuse(t.Context(), wish(1, "a", "k"), s))
	c := command(t, l, "a")
	equal(t, "state, code and outcome", []any{c.State, c.Code, string(c.Outcome), c.Settled}, []any{store.CommandRejected, "invalid", `{"outcome":"rejected"}`, second(2)})
	ok(t, l.Refuse(t.Context(), wish(3, "a", "k"), s))
	if unsent := unsent(t, l); len(unsent) != 2 || unsent[0].Command != c.Seq {
		t.Errorf("results %+v", unsent)
	}
	equal(t, "taken", take(t, l, "orders", 9, 9), []string(nil))
	claim(t, l, wish(4, "b", "k"))
	equal(t, "taken", take(t, l, "orders", 9, 9), []string{"b"})
}

func refuseNameless(t *testing.T, l store.Ledger) {
	s := &store.Settlement{State: store.CommandRejected, Now: second(2), Results: []store.Result{{ID: "r", Body: []byte("no")}}}
	ok(t, l.Refuse(t.Context(), wish(1, "", "k"), s))
	ok(t, l.Refuse(t.Context(), wish(1, "", "k"), s))
	all, err := l.Commands(t.Context(), store.CommandFilter{})
	ok(t, err)
	equal(t, "commands kept and results", []int{len(all), len(unsent(t, l))}, []int{0, 2})
}

func unsent(t testing.TB, l store.Ledger) []store.Result {
	t.Helper()
	list, err := l.Unsent(t.Context(), 0, 1000)
	ok(t, err)
	return list
}
