package ledger

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// BenchmarkClaimTakeSettle is a command's way through the ledger, by itself and under load.
func BenchmarkClaimTakeSettle(b *testing.B) {
	for _, parallel := range []int{1, 32} {
		b.Run(fmt.Sprintf("%d at a time", parallel), func(b *testing.B) {
			l := open(b, b.TempDir())
			defer closeIt(b, l)
			var n atomic.Int64
			b.SetParallelism(parallel)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					id := fmt.Sprint(n.Add(1))
					if _, err := l.Claim(b.Context(), &store.Command{Channel: "shop", ID: id, Workload: "w" + id, Keys: []string{"order/" + id}, Body: make([]byte, 1000), Received: time.Now()}); err != nil {
						b.Error(err)
					}
					taken, err := l.Take(b.Context(), "w"+id, 1, time.Now().Add(time.Second))
					if err != nil || len(taken) != 1 {
						b.Fatal(err)
					}
					if err := l.Settle(b.Context(), &store.Settlement{Seq: taken[0].Seq, State: store.CommandApplied, Now: time.Now(), Results: []store.Result{{ID: id, Body: make([]byte, 300)}}}); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
