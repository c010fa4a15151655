package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// QuantTables are what Quants writes to.
var QuantTables = []store.Table{
	{Name: "stock_quant", Columns: []string{"id", "rest"}, Keys: []string{"id"}},
	{Name: "stock_level", Columns: []string{"product", "warehouse", "rows", "on_hand", "reserved"}, Keys: []string{"product", "warehouse"}},
	{Name: "redo", Columns: []string{"id", "lines"}, Keys: []string{"id"}},
}

// Quants makes changes of single stock_quants, as the router writes them.
type Quants struct {
	seq    int64
	text   string
	body   []byte
	before []byte
	lines  []byte
	batch  store.Batch
}

// NewQuants begins with the first journal entry.
func NewQuants() *Quants {
	return &Quants{
		text: strings.Repeat("x", 90), body: []byte(`{"x":"` + strings.Repeat("y", 242) + `"}`),
		before: []byte(`{"on_hand":"1","available":"2"}`),
	}
}

func (q *Quants) event(level store.Key) {
	q.seq++
	subject := fmt.Sprintf("stock_level/%d/%d", level[0], level[1])
	q.batch.Events = append(q.batch.Events, store.Event{
		Seq: q.seq, Timeline: 1, LSN: 0x1A2B3C8, Ordinal: 1, XID: 912345, Time: time.Now(), Entity: "stock_level", What: "changed",
		Key: level, Subject: subject, Revision: q.seq, Company: 1, Body: q.body, Changed: []string{"on_hand", "available"}, Before: q.before,
	})
}

// Through writes a change to the tables: a row, a sum, a document and an event.
func (q *Quants) Through(k int64) {
	level := store.Key{k / 4, k % 4}
	q.event(level)
	sum := fmt.Sprintf("%d\t%d\t1\t%d.00\t20.00", level[0], level[1], 100+q.seq%900)
	subject := fmt.Sprintf("stock_level/%d/%d", level[0], level[1])
	b := &q.batch
	b.Puts = append(b.Puts, store.RowPut{Table: 0, Row: store.Row{Key: store.Key{k}, Text: q.text}}, store.RowPut{Table: 1, Row: store.Row{Key: level, Text: sum}})
	b.Documents = append(b.Documents, store.Document{Entity: "stock_level", Key: level, Subject: subject, Revision: q.seq, LSN: 0x1A2B3C8, Company: 1, Body: q.body})
}

// Logged writes a change as the router does under load: an event, and a line
// that stands in for the row.
func (q *Quants) Logged(k int64) {
	q.event(store.Key{k / 4, k % 4})
	q.lines = fmt.Appendf(q.lines, "r0 %d 0 %s\n", k, q.text)
}

// Commit writes and commits the changes since the last one.
func (q *Quants) Commit(tb testing.TB, s store.Store) {
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
