package storetest

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
)

// killKeys is how many rows and documents the work goes round.
const killKeys = 50

// Work writes to the store, transaction after transaction, each of which moves
// rows, documents, journal and position by the same step, until the context ends. After
// each commit it calls committed with the number of the step. It goes on where
// the store is.
func Work(ctx context.Context, s store.Store, committed func(step int64)) error {
	value, _, err := s.Meta(ctx, "step")
	if err != nil {
		return err
	}
	step, _ := strconv.ParseInt(value, 10, 64) //nolint:errcheck // none yet is 0
	for ctx.Err() == nil {
		step++
		for part := range 2 {
			if err := s.Write(ctx, workBatch(step, part)); err != nil {
				return err
			}
		}
		if err := s.Commit(ctx); err != nil {
			return err
		}
		committed(step)
	}
	return nil
}

// loadRows is how many rows a load of LoadForEver has.
const loadRows = 50_000

// LoadForEver loads the third table again and again, each time with its number
// in every row. It says the number when a load is done, and less than zero when it begins.
func LoadForEver(ctx context.Context, s store.Store, say func(int64)) error {
	for n := int64(1); ; n++ {
		l, err := s.Load(ctx, 2)
		if err != nil {
			return err
		}
		say(-n)
		for id := int64(0); id < loadRows; id += 5000 {
			var rows []store.Row
			for k := id; k < id+5000; k++ {
				rows = append(rows, store.Row{Key: store.Key{k}, Text: strconv.FormatInt(n, 10)})
			}
			if err := l.Add(ctx, rows); err != nil {
				return err
			}
		}
		if err := l.Finish(ctx); err != nil {
			return err
		}
		say(n)
	}
}

// AgreesWithLoad checks that the third table is empty or has all rows of the load
// that a killed LoadForEver said last.
func AgreesWithLoad(t testing.TB, s store.Store, said int64) {
	t.Helper()
	count, number := 0, ""
	ok(t, s.Scan(2, func(_ store.Key, text string) bool {
		if count++; number != "" && number != text {
			t.Errorf("rows of loads %s and %s side by side", number, text)
		}
		number = text
		return true
	}))
	if count != 0 && count != loadRows {
		t.Errorf("%d rows of a load are there", count)
	}
	if want := strconv.FormatInt(max(said, -said), 10); count != 0 && number != want {
		t.Errorf("the rows are of load %s, but load %s was the last", number, want)
	}
}

// workBatch is one of the two parts of a step: every row, document and event of it says its number.
func workBatch(step int64, part int) *store.Batch {
	b := &store.Batch{}
	number := strconv.FormatInt(step, 10)
	for k := int64(part); k < killKeys; k += 2 {
		row, old := line(k, step, k, number), line(k, step-1, k, strconv.FormatInt(step-1, 10))
		put := store.RowPut{Table: lines, Row: row}
		if step > 1 {
			put.Old = &old
		}
		b.Puts = append(b.Puts, put)
		b.Documents = append(b.Documents, store.Document{Entity: "order", Key: store.Key{k + 1}, Revision: step, LSN: change.LSN(step), Body: []byte(number)})
	}
	first := (step-1)*4 + int64(part)*2
	b.Events = events(first+1, first+2).Events
	if part == 1 {
		b.Meta = map[string]string{"step": number}
	}
	return b
}

// Agree checks that all parts of the store are at one step, and returns it.
func Agree(t testing.TB, s store.Store) int64 {
	t.Helper()
	value, _, err := s.Meta(t.Context(), "step")
	ok(t, err)
	step, _ := strconv.ParseInt(value, 10, 64) //nolint:errcheck // none yet is 0
	if step == 0 {
		equal(t, "rows before the first step", len(scan(t, s, lines)), 0)
		equal(t, "bounds before the first step", bounds(t, s), [2]int64{})
		return 0
	}
	for _, r := range scan(t, s, lines) {
		equal(t, fmt.Sprintf("row %d", r.Key[0]), r.Text, value)
	}
	equal(t, "rows found by the index", len(find(t, s, lines, 0, step)), killKeys)
	equal(t, "rows found by the old value", len(find(t, s, lines, 0, step-1)), 0)
	docs := documents(t, s, "order", store.Key{}, 2*killKeys)
	equal(t, "documents", len(docs), killKeys)
	for _, d := range docs {
		equal(t, fmt.Sprintf("document %d", d.Key[0]), []any{d.Revision, d.LSN.String(), string(d.Body)}, []any{step, change.LSN(step).String(), value})
	}
	equal(t, "bounds", bounds(t, s), [2]int64{1, step * 4})
	for i, e := range journal(t, s, max(0, step*4-1000), 1000) {
		if want := max(0, step*4-1000) + int64(i) + 1; e.Seq != want {
			t.Fatalf("event %d where %d was due", e.Seq, want)
		}
	}
	return step
}
