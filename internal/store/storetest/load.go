package storetest

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/store"
)

func load(t testing.TB, s store.Store, table int, chunks ...[]store.Row) {
	t.Helper()
	l, err := s.Load(t.Context(), table)
	ok(t, err)
	for _, rows := range chunks {
		ok(t, l.Add(t.Context(), rows))
	}
	ok(t, l.Finish(t.Context()))
	ok(t, l.Abort())
	if l.Add(t.Context(), []store.Row{note(1, "late")}) == nil {
		t.Error("rows could be added to a load that was finished")
	}
}

func loadReplaces(t *testing.T, s store.Store) {
	b := full()
	b.Puts = append(b.Puts, store.RowPut{Table: notes, Row: note(1, "stays")})
	commit(t, s, b)
	load(t, s, lines, []store.Row{line(2, 20, 200, "two")}, nil, []store.Row{line(3, 20, store.NoIndex, "three")})
	equal(t, "rows", scan(t, s, lines), []row{{store.Key{2}, "two"}, {store.Key{3}, "three"}})
	equal(t, "found", find(t, s, lines, 0, 20), []row{{store.Key{2}, "two"}, {store.Key{3}, "three"}})
	equal(t, "found at the old value", find(t, s, lines, 0, 10), []row(nil))
	equal(t, "another table", text(t, s, notes, store.Key{1}), "stays")
	equal(t, "journal", numbers(journal(t, s, 0, 10)), []int64{1})
	old := line(2, 20, 200, "two")
	commit(t, s, &store.Batch{Puts: []store.RowPut{{Table: lines, Row: line(2, 21, 200, "moved"), Old: &old}}})
	equal(t, "found after a change", find(t, s, lines, 0, 20), []row{{store.Key{3}, "three"}})
	load(t, s, lines)
	equal(t, "rows after an empty load", scan(t, s, lines), []row(nil))
}

func loadOrder(t *testing.T, s store.Store) {
	const n = 20_000
	rows := make([]store.Row, n)
	for i := range rows {
		id := int64(i) - n/2
		rows[i] = line(id, id%7, id/100, strconv.FormatInt(id, 10))
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(n, func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	rows = append(rows, line(3, 99, 0, "the last with its key"))
	load(t, s, lines, rows[:1], rows[1:9000], rows[9000:])
	all := scan(t, s, lines)
	equal(t, "rows", len(all), n)
	for i, r := range all {
		if id := int64(i) - n/2; r.Key[0] != id || (r.Text != strconv.FormatInt(id, 10) && id != 3) {
			t.Fatalf("row %d is %v", id, r)
		}
	}
	equal(t, "found", len(find(t, s, lines, 1, 5)), 100)
	equal(t, "the last with its key", find(t, s, lines, 0, 99), []row{{store.Key{3}, "the last with its key"}})
}

func loadAborted(t *testing.T, s store.Store) {
	commit(t, s, full())
	l, err := s.Load(t.Context(), lines)
	ok(t, err)
	var rows []store.Row
	for id := range int64(10_000) {
		rows = append(rows, line(id, 1, 1, "loaded"))
	}
	ok(t, l.Add(t.Context(), rows))
	ok(t, l.Abort())
	ok(t, l.Abort())
	equal(t, "rows", scan(t, s, lines), []row(nil))
	if l.Finish(t.Context()) == nil {
		t.Error("an aborted load could be finished")
	}
	commit(t, s, puts(lines, line(1, 10, 100, "again")))
	equal(t, "found afterwards", find(t, s, lines, 0, 10), []row{{store.Key{1}, "again"}})
}

func loadWithin(t *testing.T, s store.Store) {
	write(t, s, full())
	if _, err := s.Load(t.Context(), lines); err == nil {
		t.Error("a load began while a write waited for its commit")
	}
	ok(t, s.Commit(t.Context()))
	equal(t, "row", text(t, s, lines, store.Key{1}), "one")
}

func loadsAtOnce(t *testing.T, s store.Store) {
	const n = 12_000
	loaders := make([]store.Loader, len(Tables()))
	for i := range loaders {
		l, err := s.Load(t.Context(), i)
		ok(t, err)
		loaders[i] = l
	}
	var g errgroup.Group
	for table, l := range loaders {
		g.Go(func() error {
			for from := int64(0); from < n; from += 500 {
				var rows []store.Row
				for id := from; id < from+500; id++ {
					rows = append(rows, []store.Row{line(id, 1, 1, "l"), level(id, 1, "v"), note(id, "n")}[table])
				}
				if err := l.Add(t.Context(), rows); err != nil {
					return err
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		return s.SaveCursors(t.Context(), []store.Cursor{{Lane: "a/b", Seq: 1, Updated: second(1)}})
	})
	ok(t, g.Wait())
	for table, l := range loaders {
		ok(t, l.Finish(t.Context()))
		equal(t, "rows", len(scan(t, s, table)), n)
	}
	equal(t, "found", len(find(t, s, levels, 0, 1)), n)
	equal(t, "cursors", len(listCursors(t, s)), 1)
}
