package bridge

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/store"
)

func TestTheStatusCountsCommandsByChannelAndWorkload(t *testing.T) {
	now := time.Now()
	count := func(channel, workload string, state store.CommandState, code string, n int64, age time.Duration) store.CommandCount {
		return store.CommandCount{Channel: channel, Workload: workload, State: state, Code: code, Count: n, Oldest: now.Add(-age)}
	}
	got := summed([]store.CommandCount{
		count("shop", "customers", store.CommandReceived, "", 3, 5*time.Second),
		count("shop", "orders", store.CommandApplying, "", 1, 2*time.Second),
		count("shop", "orders", store.CommandParked, "unknown_sku", 2, time.Hour),
		count("shop", "orders", store.CommandParked, "total_mismatch", 1, time.Hour),
		count("shop", "orders", store.CommandWaiting, "", 4, 90*time.Second),
		count("till", "orders", store.CommandParked, "unknown_sku", 1, time.Hour),
	}, now)
	want := []CommandStatus{
		{Channel: "shop", Workload: "customers", Received: 3, OldestSeconds: 5},
		{Channel: "shop", Workload: "orders", Applying: 1, Waiting: 4, Parked: 3, OldestSeconds: 90},
		{Channel: "till", Workload: "orders", Parked: 1},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
