package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// BenchmarkChanges writes changes of random quants, so many to a commit. An
// operation is one change: one row, sum, document and journal entry.
func BenchmarkChanges(b *testing.B) {
	for _, keys := range []int64{20_000, 200_000} {
		for _, group := range []int{1, 10, 100, 500, 2000} {
			b.Run(fmt.Sprintf("keys=%d/group=%d", keys, group), func(b *testing.B) { benchmarkChanges(b, keys, group) })
		}
	}
}

func benchmarkChanges(b *testing.B, keys int64, group int) {
	s, err := Open(context.Background(), Options{Path: b.TempDir(), Tables: storetest.QuantTables})
	if err != nil {
		b.Fatal(err)
	}
	defer closeStore(b, s)
	q := storetest.NewQuants()
	for k := range keys {
		q.Through(k)
		if k%5000 == 4999 {
			q.Commit(b, s)
		}
	}
	var took []time.Duration
	before := cpuTime(b)
	b.ResetTimer()
	for n := 0; n < b.N; {
		for range group {
			q.Through(rand.Int64N(keys))
			n++
		}
		began := time.Now()
		q.Commit(b, s)
		took = append(took, time.Since(began))
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N)/1000, "cpu-µs/op")
	b.ReportMetric(float64(took[len(took)/2])/1e6, "p50-ms/commit")
	b.ReportMetric(float64(took[len(took)*99/100])/1e6, "p99-ms/commit")
	b.ReportMetric(float64(took[len(took)-1])/1e6, "max-ms/commit")
}

// BenchmarkLoad loads rows of about 90 bytes; an operation is one row.
func BenchmarkLoad(b *testing.B) {
	for _, indexes := range []int{0, 2} {
		for _, order := range []string{"ascending", "shuffled"} {
			b.Run(fmt.Sprintf("indexes=%d/%s", indexes, order), func(b *testing.B) { benchmarkLoad(b, indexes, order == "shuffled") })
		}
	}
}

func benchmarkLoad(b *testing.B, indexes int, shuffled bool) {
	t := store.Table{Name: "t", Columns: []string{"id", "a", "b"}, Keys: []string{"id"}, Indexes: []string{"a", "b"}[:indexes]}
	s, err := Open(context.Background(), Options{Path: b.TempDir(), Tables: []store.Table{t}})
	if err != nil {
		b.Fatal(err)
	}
	defer closeStore(b, s)
	rows := make([]store.Row, b.N)
	text := strings.Repeat("x", 90)
	for i := range rows {
		rows[i] = store.Row{Key: store.Key{int64(i)}, Text: text, Indexed: []int64{int64(i / 7), rand.Int64N(1 << 20)}[:indexes]}
	}
	if shuffled {
		rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	before := cpuTime(b)
	b.ResetTimer()
	l, err := s.Load(b.Context(), 0)
	if err != nil {
		b.Fatal(err)
	}
	for chunk := range slices.Chunk(rows, 1000) {
		if err := l.Add(b.Context(), chunk); err != nil {
			b.Fatal(err)
		}
	}
	if err := l.Finish(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N)/1000, "cpu-µs/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func closeStore(tb testing.TB, s *Store) {
	tb.Helper()
	if err := s.Close(); err != nil {
		tb.Error(err)
	}
}
