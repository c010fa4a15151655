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

var quantTables = []store.Table{
	{Name: "stock_quant", Columns: []string{"id", "rest"}, Keys: []string{"id"}},
	{Name: "stock_level", Columns: []string{"product", "warehouse", "rows", "on_hand", "reserved"}, Keys: []string{"product", "warehouse"}},
	{Name: "redo", Columns: []string{"id", "lines"}, Keys: []string{"id"}},
}

// quants makes changes of single stock_quants.
type quants struct {
	seq    int64
	text   string
	body   []byte
	before []byte
	lines  []byte
	batch  store.Batch
}

func newQuants() *quants {
	return &quants{
		text: strings.Repeat("x", 90), body: []byte(`{"x":"` + strings.Repeat("y", 242) + `"}`),
		before: []byte(`{"on_hand":"1","available":"2"}`),
	}
}

func (q *quants) event(level store.Key) {
	q.seq++
	q.batch.Events = append(q.batch.Events, store.Event{
		Seq: q.seq, Timeline: 1, LSN: 0x1A2B3C8, Ordinal: 1, XID: 912345, Time: time.Now(), Entity: "stock_level", What: "changed",
		Key: level, Subject: "stock_level/1717/1", Revision: q.seq, Company: 1, Body: q.body, Changed: []string{"on_hand", "available"}, Before: q.before,
	})
}

// through writes a change to the tables: a row, a sum, a document and an event.
func (q *quants) through(k int64) {
	level := store.Key{k / 4, k % 4}
	q.event(level)
	sum := fmt.Sprintf("%d\t%d\t1\t%d.00\t20.00", level[0], level[1], 100+q.seq%900)
	b := &q.batch
	b.Puts = append(b.Puts, store.RowPut{Table: 0, Row: store.Row{Key: store.Key{k}, Text: q.text}}, store.RowPut{Table: 1, Row: store.Row{Key: level, Text: sum}})
	b.Documents = append(b.Documents, store.Document{Entity: "stock_level", Key: level, Subject: "stock_level/1717/1", Revision: q.seq, LSN: 0x1A2B3C8, Company: 1, Body: q.body})
}

// logged writes a change as the router does under load: an event, and a line
// that stands in for the row.
func (q *quants) logged(k int64) {
	q.event(store.Key{k / 4, k % 4})
	q.lines = fmt.Appendf(q.lines, "r0 %d 0 %s\n", k, q.text)
}

func (q *quants) commit(tb testing.TB, s store.Store) {
	tb.Helper()
	b := &q.batch
	if len(q.lines) > 0 {
		b.Puts = append(b.Puts, store.RowPut{Table: 2, Row: store.Row{Key: store.Key{q.seq}, Text: string(q.lines)}})
	}
	b.Meta = map[string]string{"position": fmt.Sprint(q.seq)}
	if err := s.Write(tb.Context(), b); err != nil {
		tb.Fatal(err)
	}
	if err := s.Commit(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	*b = store.Batch{Puts: b.Puts[:0], Documents: b.Documents[:0], Events: b.Events[:0]}
	q.lines = q.lines[:0]
}

// BenchmarkChanges writes changes of quants, so many to a commit. An operation is one change.
func BenchmarkChanges(b *testing.B) {
	for _, pattern := range []string{"logged", "through"} {
		for _, group := range []int{1, 10, 100, 500, 2000} {
			for _, c := range contestants {
				b.Run(fmt.Sprintf("%s/group=%d/%s", pattern, group, c.name), func(b *testing.B) {
					s := c.open(b, quantTables)
					defer func() { _ = s.Close() }()
					benchmarkChanges(b, s, group, pattern == "logged")
				})
			}
		}
	}
}

func benchmarkChanges(b *testing.B, s store.Store, group int, logged bool) {
	const keys = 20_000
	q := newQuants()
	var took []time.Duration
	b.ResetTimer()
	for n := 0; n < b.N; {
		first := rand.Int64N(keys)
		for i := range group {
			if k := (first + int64(i)*7) % keys; logged {
				q.logged(k)
			} else {
				q.through(k)
			}
			n++
		}
		began := time.Now()
		q.commit(b, s)
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
			s := c.open(b, quantTables)
			defer func() { _ = s.Close() }()
			q := newQuants()
			for k := range int64(20_000) {
				if q.through(k); k%2000 == 1999 {
					q.commit(b, s)
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
