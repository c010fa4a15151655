package cdc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// lines is a sink that keeps whole lines.
type lines struct {
	mu     sync.Mutex
	tables [][]string
	broken bool
}

func newLines(tables int) *lines { return &lines{tables: make([][]string, tables)} }

func (l *lines) Rows(_ context.Context, table int, data []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(data) == 0 || data[len(data)-1] != '\n' {
		l.broken = true
	}
	for line := range bytes.Lines(data) {
		l.tables[table] = append(l.tables[table], string(bytes.TrimSuffix(line, []byte{'\n'})))
	}
	return nil
}

// The snapshot and the stream together are the table, while others write all
// the time: nothing is missing between them and nothing comes twice.
func TestSnapshotAndStreamHaveNoGap(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	r.exec(`INSERT INTO item SELECT n, '0' FROM generate_series(1, 1000) n`)
	ctx, stopWriting := context.WithCancel(t.Context())
	defer stopWriting()
	writers, _ := errgroup.WithContext(context.Background())
	for w := range 3 {
		conn := r.pg.Connect(t, r.dsn)
		writers.Go(func() error { return scribble(ctx, conn, int64(w)) })
	}
	snap, err := r.source.CreateSlot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	sink := newLines(1)
	if err := snap.Copy(t.Context(), []CopyTable{{Name: "item", Exprs: []string{"id", "v"}}}, sink, nil); err != nil {
		t.Fatal(err)
	}
	model := map[string]string{}
	for _, line := range sink.tables[0] {
		id, v, _ := bytes.Cut([]byte(line), []byte{'\t'})
		if _, twice := model[string(id)]; twice {
			t.Fatalf("row %s is in the snapshot twice", id)
		}
		model[string(id)] = string(v)
	}
	var rec recorder
	start(t, r.source, snap.LSN, confirming(r.source, rec.handle))
	rec.await(t, 200)
	stopWriting()
	if err := writers.Wait(); err != nil {
		t.Fatal(err)
	}
	target := r.currentWAL()
	testkit.Eventually(t, patience, func() bool { return rec.end() >= target }, nil)
	for _, tx := range rec.all(t) {
		for _, c := range tx.Changes {
			replay(t, model, c)
		}
	}
	if diff := cmp.Diff(r.table(), model); diff != "" {
		t.Errorf("table and model (-table +model):\n%s", diff)
	}
}

// scribble inserts, updates and deletes its own share of the rows until ctx ends.
func scribble(ctx context.Context, conn *pgx.Conn, seed int64) error {
	rnd := rand.New(rand.NewPCG(uint64(seed), 1))
	for i := 0; ctx.Err() == nil; i++ {
		id := rnd.Int64N(500)*3 + seed
		var err error
		switch rnd.IntN(3) {
		case 0:
			_, err = conn.Exec(context.Background(), `INSERT INTO item VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET v = excluded.v`, id, fmt.Sprint(i))
		case 1:
			_, err = conn.Exec(context.Background(), `UPDATE item SET v = $2 WHERE id = $1`, id, fmt.Sprint(i))
		default:
			_, err = conn.Exec(context.Background(), `DELETE FROM item WHERE id = $1`, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// replay applies a change to a model of item; a change that does not fit the
// model is a gap or a repetition.
func replay(t testing.TB, model map[string]string, c got) {
	t.Helper()
	switch c.Kind {
	case change.Insert:
		if _, there := model[c.New[0]]; there {
			t.Fatalf("insert of row %s, which is there", c.New[0])
		}
		model[c.New[0]] = c.New[1]
	case change.Update:
		old := c.New[0]
		if c.Old != nil {
			old = c.Old[0]
		}
		value, there := model[old]
		if !there {
			t.Fatalf("update of row %s, which is not there", old)
		}
		delete(model, old)
		if c.New[1] != "…" {
			value = c.New[1]
		}
		model[c.New[0]] = value
	case change.Delete:
		if _, there := model[c.Old[0]]; !there {
			t.Fatalf("delete of row %s, which is not there", c.Old[0])
		}
		delete(model, c.Old[0])
	case change.Truncate:
		clear(model)
	}
}

// table is the contents of item now.
func (r *rig) table() map[string]string {
	r.t.Helper()
	rows, err := r.conn.Query(context.Background(), `SELECT id::text, coalesce(v, '∅') FROM item`)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var id, v string
		if err := rows.Scan(&id, &v); err != nil {
			r.t.Fatal(err)
		}
		out[id] = v
	}
	return out
}

// A large table is read in parts by several workers, and comes whole.
func TestLargeTableIsCopiedInParts(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable+`; CREATE TABLE small (id int PRIMARY KEY, "odd ""name" text, n numeric)`, "item", "small")
	const rows = 30_000
	r.exec(`INSERT INTO item SELECT n, repeat('x', 5000) FROM generate_series(1, $1::int) n`, rows)
	r.exec(`ALTER TABLE item ALTER v SET STORAGE PLAIN; UPDATE item SET v = repeat('y', 5000)`)
	r.exec(`INSERT INTO small VALUES (1, E'tab\tnewline\nbackslash\\', 1.50), (2, NULL, NULL), (3, 'left out', 3)`)
	r.exec(`ANALYZE`)
	snap, err := r.source.CreateSlot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	r.exec(`INSERT INTO small VALUES (4, 'after the snapshot', 4)`)
	sink := newLines(2)
	var last Progress
	calls := 0
	plan := []CopyTable{{Name: "item", Exprs: []string{"id", "length(v)"}},
		{Name: "public.small", Exprs: []string{"id", `"odd ""name"`, "NULL", "n"}, Where: "id <> 3"}}
	err = snap.Copy(t.Context(), plan, sink, func(p Progress) { last, calls = p, calls+1 })
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, line := range sink.tables[0] {
		seen[line] = true
	}
	if len(seen) != rows || len(sink.tables[0]) != rows || sink.broken {
		t.Errorf("%d rows, %d different, want %d; broken lines %v", len(sink.tables[0]), len(seen), rows, sink.broken)
	}
	if diff := cmp.Diff([]string{`1` + "\t" + `tab\tnewline\nbackslash\\` + "\t" + `\N` + "\t" + `1.50`, "2\t\\N\t\\N\t\\N"}, sink.tables[1]); diff != "" {
		t.Errorf("small (-want +got):\n%s", diff)
	}
	if calls == 0 || !last.Done || last.Share != 1 || last.Rows != rows+2 || last.Tables[0].Rows != rows || last.Tables[0].Estimated < rows/2 {
		t.Errorf("after %d reports: %+v", calls, last)
	}
}

func TestDivideSplitsOnlyWhereTheReleaseCan(t *testing.T) {
	plan := []CopyTable{{Name: "a"}, {Name: "b"}}
	sizes := []tableSize{{bytes: 1000, blockSize: 8192, whole: true}, {bytes: 3*partBytes + 1, blockSize: 8192, whole: true}}
	tasks := divide(plan, sizes, 150000)
	if len(tasks) != 5 || tasks[0].index != 1 || tasks[4].index != 1 && tasks[4].index != 0 {
		t.Errorf("tasks %+v", tasks)
	}
	if got := divide(plan, sizes, 130000); len(got) != 2 {
		t.Errorf("PostgreSQL 13: %d tasks", len(got))
	}
	sizes[1].whole = false // rights on single columns do not cover ctid
	if got := divide(plan, sizes, 150000); len(got) != 2 {
		t.Errorf("rights on columns: %d tasks", len(got))
	}
}

// A role with rights on the columns alone can read them.
func TestCopyNeedsNoMoreThanColumnRights(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	r.exec(`INSERT INTO item VALUES (1, 'secret')`)
	role := "reader_" + r.slot
	r.exec(`CREATE ROLE ` + role + ` LOGIN REPLICATION; GRANT SELECT (id) ON item TO ` + role)
	t.Cleanup(func() { r.exec(`DROP OWNED BY ` + role + `; DROP ROLE ` + role) })
	s := r.newSource(func(c *Config, _ *timing) { c.DSN = via(t, r.dsn, "", "user", role) })
	snap, err := s.CreateSlot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	sink := newLines(1)
	if err := snap.Copy(t.Context(), []CopyTable{{Name: "item", Exprs: []string{"id"}}}, sink, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1"}, sink.tables[0]); diff != "" {
		t.Error(diff)
	}
}

func TestSinkErrorEndsTheCopy(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	r.exec(`INSERT INTO item VALUES (1, 'x')`)
	snap, err := r.source.CreateSlot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	boom := errors.New("disk full")
	err = snap.Copy(t.Context(), []CopyTable{{Name: "item", Exprs: []string{"id"}}}, failingSink{boom}, nil)
	if !errors.Is(err, boom) {
		t.Errorf("Copy: %v", err)
	}
}

type failingSink struct{ err error }

func (s failingSink) Rows(context.Context, int, []byte) error { return s.err }
