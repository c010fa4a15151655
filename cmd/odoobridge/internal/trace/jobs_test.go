package trace

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/jobs"
	"github.com/odoobridge/odoobridge/router/lane"
)

// TestJobsThatSendSomethingOfItOnceMoreAreTold has jobs that cover an entry of the order, its document, or neither.
func TestJobsThatSendSomethingOfItOnceMoreAreTold(t *testing.T) {
	s := newShop(t)
	s.business() // the order's entry is the second
	s.stored()
	s.commit()
	job := func(id string, order jobs.Order, from, to int64, state jobs.State) jobs.Job {
		order.Channel = "shop"
		if order.Lane == "" {
			order.Lane = "orders"
		}
		return jobs.Job{ID: id, Order: order, FromEntry: from, ToEntry: to, State: state, Began: moment(int64(100 + len(id))), Ended: moment(200), Error: map[jobs.State]string{jobs.Failed: "the store is full"}[state]}
	}
	var got []string
	for _, l := range s.trace(Request{Key: "S00042"}, func(src *Sources) {
		src.Lanes = lanesOf(t, []lane.Spec{{Channel: "shop", Name: "orders", Entities: []string{"order"}}, {Channel: "shop", Name: "stock", Entities: []string{"stock_level"}}}, nil)
		src.Jobs = []jobs.Job{
			job("1", jobs.Order{Kind: jobs.Replay}, 1, 5, jobs.Done), job("22", jobs.Order{Kind: jobs.Replay}, 3, 5, jobs.Done),
			job("333", jobs.Order{Kind: jobs.Publish, Key: "S00042"}, 0, 0, jobs.Failed), job("4444", jobs.Order{Kind: jobs.Publish, Key: "S00043"}, 0, 0, jobs.Done),
			job("55555", jobs.Order{Kind: jobs.Replay, Lane: "stock"}, 1, 5, jobs.Done), job("666666", jobs.Order{Kind: jobs.Publish, Entities: []string{"customer"}}, 0, 0, jobs.Done),
		}
	}).Lines {
		if l.Kind == KindJob {
			got = append(got, fmt.Sprintf("%s %s: %s, %s", l.What, l.About, l.detail(), ""))
		}
	}
	if diff := cmp.Diff([]string{
		"replay began shop/orders: job 1, done at 2026-09-21 14:16:40, covers order/S00042, ", "publish began shop/orders: job 333, failed: the store is full, covers order/S00042, ",
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWhatHoldsACommandBackIsNamed has a refund wait for the invoice of an order, and a cancellation of the order behind it.
func TestWhatHoldsACommandBackIsNamed(t *testing.T) {
	s := newShop(t)
	for _, c := range []*store.Command{
		{Channel: "shopify", ID: "refund-1", Name: "refund.record", Subject: "r1", Workload: "finance", Keys: []string{"order/shopify/5001"}, Received: moment(1)},
		{Channel: "shopify", ID: "cancel-1", Name: "order.cancel", Subject: "5001", Workload: "orders", Keys: []string{"order/shopify/5001"}, Received: moment(2)},
		{Channel: "shopify", ID: "cancel-2", Name: "order.cancel", Subject: "5002", Workload: "orders", Keys: []string{"order/shopify/5002"}, Received: moment(3)},
	} {
		if _, err := s.ledger.Claim(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	taken, err := s.ledger.Take(t.Context(), "finance", 1, moment(5))
	if err != nil || len(taken) != 1 {
		t.Fatal(taken, err)
	}
	if err := s.ledger.Settle(t.Context(), &store.Settlement{Seq: taken[0].Seq, State: store.CommandWaiting, Now: moment(6), Due: moment(600), WaitsFor: []string{"invoice/order/S1"}, Code: "unknown_document"}); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"cancel-1": "behind refund.record refund-1 of shopify, which is waiting (order/shopify/5001)", "cancel-2": ""} {
		lines := s.trace(Request{Key: id}).Lines
		if last := lines[len(lines)-1]; last.What != "order.cancel is in line" || last.Detail != want {
			t.Errorf("%s: %s: %q, want %q", id, last.What, last.Detail, want)
		}
	}
}
