package postgres

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// The stores compared, side by side in one run: both sync every commit.
var contestants = []struct {
	name string
	open func(testing.TB, []store.Table) store.Store
}{
	{"sqlite", func(tb testing.TB, tables []store.Table) store.Store {
		s, err := sqlite.Open(tb.Context(), sqlite.Options{Path: tb.TempDir(), Tables: tables})
		if err != nil {
			tb.Fatal(err)
		}
		return s
	}},
	{"postgres", func(tb testing.TB, tables []store.Table) store.Store {
		return open(tb, claim(testkit.Postgres(tb).NewDatabase(tb), newSchema()), Options{Tables: tables})
	}},
}

// BenchmarkChanges writes changes of quants, so many to a commit. An operation is one change.
func BenchmarkChanges(b *testing.B) {
	for _, pattern := range []string{"logged", "through"} {
		for _, group := range []int{1, 10, 100, 500, 2000} {
			for _, c := range contestants {
				b.Run(fmt.Sprintf("%s/group=%d/%s", pattern, group, c.name), func(b *testing.B) {
					s := c.open(b, storetest.QuantTables)
					defer func() { _ = s.Close() }()
					benchmarkChanges(b, s, group, pattern == "logged")
				})
			}
		}
	}
}

func benchmarkChanges(b *testing.B, s store.Store, group int, logged bool) {
	const keys = 20_000
	q := storetest.NewQuants()
	var took []time.Duration
	b.ResetTimer()
	for n := 0; n < b.N; {
		first := rand.Int64N(keys)
		for i := range group {
			if k := (first + int64(i)*7) % keys; logged {
				q.Logged(k)
			} else {
				q.Through(k)
			}
			n++
		}
		began := time.Now()
		q.Commit(b, s)
		took = append(took, time.Since(began))
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "changes/s")
	b.ReportMetric(float64(took[len(took)/2])/1e6, "p50-ms/commit")
	b.ReportMetric(float64(took[len(took)*99/100])/1e6, "p99-ms/commit")
}

// BenchmarkRead reads rows and documents one by one, as the mirror does for
// what is not in its cache.
func BenchmarkRead(b *testing.B) {
	for _, c := range contestants {
		b.Run(c.name, func(b *testing.B) {
			s := c.open(b, storetest.QuantTables)
			defer func() { _ = s.Close() }()
			q := storetest.NewQuants()
			for k := range int64(20_000) {
				if q.Through(k); k%2000 == 1999 {
					q.Commit(b, s)
				}
			}
			b.ResetTimer()
			for range b.N {
				k := rand.Int64N(20_000)
				if _, found, err := s.Row(0, store.Key{k}); err != nil || !found {
					b.Fatal(found, err)
				}
				if _, found, err := s.Document("stock_level", store.Key{k / 4, k % 4}); err != nil || !found {
					b.Fatal(found, err)
				}
			}
		})
	}
}

// BenchmarkLoad loads rows of about 90 bytes with two indexes, in the order of their keys; an operation is one row.
func BenchmarkLoad(b *testing.B) {
	table := store.Table{Name: "t", Columns: []string{"id", "a", "b"}, Keys: []string{"id"}, Indexes: []string{"a", "b"}}
	for _, c := range contestants {
		b.Run(c.name, func(b *testing.B) {
			s := c.open(b, []store.Table{table})
			defer func() { _ = s.Close() }()
			rows := make([]store.Row, b.N)
			text := strings.Repeat("x", 90)
			for i := range rows {
				rows[i] = store.Row{Key: store.Key{int64(i)}, Text: text, Indexed: []int64{int64(i / 7), rand.Int64N(1 << 20)}}
			}
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
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
