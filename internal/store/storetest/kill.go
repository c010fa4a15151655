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
