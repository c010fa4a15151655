package storetest

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// BenchmarkCommands is a command's way through a ledger, so many at a time: claim, take and settle, 1 kB each with a result of 300 bytes.
func BenchmarkCommands(b *testing.B, l store.Ledger, parallel int) {
	var n atomic.Int64
	b.SetParallelism(parallel)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := fmt.Sprint(n.Add(1))
			c := &store.Command{Channel: "shop", ID: id, Workload: "w" + id, Keys: []string{"order/" + id, "customer/" + id}, Body: make([]byte, 1000), Received: time.Now()}
			if _, err := l.Claim(b.Context(), c); err != nil {
				b.Error(err)
			}
			taken, err := l.Take(b.Context(), "w"+id, 1, time.Now().Add(time.Second))
			if err != nil || len(taken) != 1 {
				b.Errorf("taken %d, %v", len(taken), err)
				return
			}
			s := &store.Settlement{Seq: taken[0].Seq, State: store.CommandApplied, Now: time.Now(), Results: []store.Result{{ID: id, Body: make([]byte, 300)}}}
			if err := l.Settle(b.Context(), s); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "commands/s")
}

// BenchmarkBurst claims a burst as the inbound river does, so many to a call. An operation is one command.
func BenchmarkBurst(b *testing.B, l store.Ledger, together int) {
	for n := 0; n < b.N; n += together {
		var commands []*store.Command
		for i := n; i < min(n+together, b.N); i++ {
			id := fmt.Sprint(i)
			commands = append(commands, &store.Command{Channel: "shop", ID: id, Workload: "customers", Subject: id, Said: "customer/" + id, Keys: []string{"customer/" + id}, Provides: "customer/" + id,
				Body: make([]byte, 400), Received: time.Now()})
		}
		if _, err := l.Claim(b.Context(), commands...); err != nil {
			b.Fatal(err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
	b.ReportMetric(float64(m.HeapSys>>20), "MiB-heap")
}
