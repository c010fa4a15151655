package cdc

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// Random transactions on a table, with NULL, values out of line, changes of the
// key, TRUNCATE, savepoints and DDL: the stream rebuilds the table.
func TestStreamRebuildsTheTable(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable+`; ALTER TABLE item ALTER v SET STORAGE EXTERNAL, ADD n numeric`, "item")
	from := r.createSlot()
	rnd := rand.New(rand.NewPCG(7, 7))
	extra := 0
	for range 300 {
		var sql strings.Builder
		sql.WriteString("BEGIN;")
		for range 1 + rnd.IntN(6) {
			sql.WriteString(randomStatement(rnd, &extra))
		}
		if rnd.IntN(10) == 0 {
			sql.WriteString("ROLLBACK")
		} else {
			sql.WriteString("COMMIT")
		}
		r.exec(sql.String())
	}
	target := r.currentWAL()
	var rec recorder
	run := start(t, r.source, from, confirming(r.source, rec.handle))
	testkit.Eventually(t, patience, func() bool { return rec.end() >= target }, nil)
	run.stop()
	model := map[string]map[string]string{}
	for _, tx := range rec.all(t) {
		for _, c := range tx.Changes {
			rebuild(t, model, c)
		}
	}
	if diff := cmp.Diff(r.rows(), model); diff != "" {
		t.Errorf("table and model (-table +model):\n%.3000s", diff)
	}
}

func randomStatement(rnd *rand.Rand, extra *int) string {
	id, big := rnd.IntN(40), fmt.Sprintf(`(SELECT string_agg(md5(random()::text), '') FROM generate_series(1, %d))`, 100+rnd.IntN(100))
	switch rnd.IntN(20) {
	case 0, 1, 2:
		return fmt.Sprintf(`INSERT INTO item (id, v) VALUES (%d, %s) ON CONFLICT (id) DO NOTHING;`, id, big)
	case 3, 4, 5:
		return fmt.Sprintf(`INSERT INTO item (id, v, n) VALUES (%d, NULL, %d.50) ON CONFLICT (id) DO UPDATE SET v = 'short';`, id, rnd.IntN(100))
	case 6, 7, 8, 9:
		return fmt.Sprintf(`UPDATE item SET n = %d WHERE id = %d;`, rnd.IntN(100), id) // leaves v out of line as it is
	case 10, 11:
		return fmt.Sprintf(`UPDATE item SET v = NULL WHERE id = %d;`, id)
	case 12, 13:
		return fmt.Sprintf(`UPDATE item SET id = %d WHERE id = %d AND NOT EXISTS (SELECT 1 FROM item WHERE id = %d);`, id+100, id, id+100)
	case 14, 15, 16:
		return fmt.Sprintf(`DELETE FROM item WHERE id = %d;`, id)
	case 17:
		return fmt.Sprintf(`SAVEPOINT s; INSERT INTO item (id) VALUES (%d) ON CONFLICT DO NOTHING; DELETE FROM item WHERE id < 10; ROLLBACK TO s;`, id)
	case 18:
		if rnd.IntN(4) == 0 {
			return `TRUNCATE item;`
		}
		return `UPDATE item SET n = n + 1;`
	}
	*extra++
	return fmt.Sprintf(`ALTER TABLE item ADD x%d int; UPDATE item SET x%d = id;`, *extra, *extra)
}

// rebuild applies a change by column names; columns that came later are NULL before.
func rebuild(t testing.TB, model map[string]map[string]string, c got) {
	t.Helper()
	if c.Kind == change.Truncate {
		clear(model)
		return
	}
	key := func(values []string) string { return values[0] }
	var before map[string]string
	if c.Kind != change.Insert {
		old := c.Old
		if old == nil {
			old = c.New
		}
		if before = model[key(old)]; before == nil {
			t.Fatalf("%s of row %s, which is not there", c.Kind, key(old))
		}
		delete(model, key(old))
	}
	if c.Kind == change.Delete {
		return
	}
	row := map[string]string{}
	for i, col := range c.Columns {
		switch v := c.New[i]; v {
		case "…":
			row[col] = before[col]
		case "∅":
		default:
			row[col] = v
		}
	}
	model[key(c.New)] = row
}

// rows is the table now, without NULLs.
func (r *rig) rows() map[string]map[string]string {
	r.t.Helper()
	rows, err := r.conn.Query(context.Background(), `SELECT i.id::text, j.key, j.value FROM item i, jsonb_each_text(to_jsonb(i)) j WHERE j.value IS NOT NULL`)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]map[string]string{}
	for rows.Next() {
		var id, column, value string
		if err := rows.Scan(&id, &column, &value); err != nil {
			r.t.Fatal(err)
		}
		if out[id] == nil {
			out[id] = map[string]string{}
		}
		out[id][column] = value
	}
	return out
}

// A value that is out of line and did not change is neither NULL nor empty.
func TestUnchangedTOASTIsItsOwnState(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), `CREATE TABLE item (id bigint PRIMARY KEY, v text, n int)`, "item")
	r.exec(`ALTER TABLE item ALTER v SET STORAGE EXTERNAL; INSERT INTO item VALUES (1, repeat('x', 10000), 1)`)
	from := r.createSlot()
	var rec recorder
	start(t, r.source, from, rec.handle)
	r.exec(`UPDATE item SET n = 2`)
	r.exec(`UPDATE item SET v = NULL`)
	txs := rec.await(t, 2)
	if diff := cmp.Diff([]string{"1", "…", "2"}, txs[0].Changes[0].New); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"1", "∅", "2"}, txs[1].Changes[0].New); diff != "" {
		t.Error(diff)
	}
}

// Columns that come, go and change their names and types in the middle of a
// transaction: each change has the relation that was true for it.
func TestDDLInTheMiddleIsTakenUp(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	var relations []*change.Relation
	var rec recorder
	run := start(t, r.source, from, func(ctx context.Context, pieces []change.Piece) error {
		for _, p := range pieces {
			for _, c := range p.Changes {
				relations = append(relations, c.Relation)
			}
		}
		return rec.handle(ctx, pieces)
	})
	r.exec(`INSERT INTO item VALUES (1, 'a'), (2, 'b')`)
	r.exec(`BEGIN; INSERT INTO item VALUES (3, 'c'); ALTER TABLE item ADD w int; INSERT INTO item VALUES (4, 'd', 5);
		ALTER TABLE item RENAME v TO u; ALTER TABLE item DROP w; INSERT INTO item VALUES (6, 'e'); COMMIT`)
	txs := rec.await(t, 2)
	run.stop()
	var columns []string
	for _, tx := range txs {
		for _, c := range tx.Changes {
			columns = append(columns, strings.Join(c.Columns, ","))
		}
	}
	if diff := cmp.Diff([]string{"id,v", "id,v", "id,v", "id,v,w", "id,u"}, columns); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	if relations[0] != relations[2] || relations[2] == relations[3] || relations[3] == relations[4] {
		t.Error("a relation is new without a difference, or the same in spite of one")
	}
}

// The stream is broken at random moments while others write: what was handed
// over, put together over all breaks, is the table.
func TestRestartFromConfirmedPositionLosesNothing(t *testing.T) {
	pg := testkit.Postgres(t)
	r := newRig(t, pg, counterTable, "item")
	from := r.createSlot()
	proxy := testkit.Proxy(t, pg.Addr())
	ctx, stopWriting := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	for w := range 2 {
		conn := pg.Connect(t, r.dsn)
		writing.Go(func() { _ = scribble(ctx, conn, int64(w)) })
	}
	rnd := rand.New(rand.NewPCG(3, 3))
	model := map[string]string{}
	durable := from // what a store would remember
	for round := range 12 {
		s := r.newSource(func(c *Config, tm *timing) { c.DSN, tm.activeGrace = via(t, r.dsn, proxy.Addr()), patience })
		var rec recorder
		run := start(t, s, durable, rec.handle)
		rec.await(t, 1+rnd.IntN(60))
		if round%2 == 0 {
			proxy.Cut() // within the process: it reconnects by itself
			rec.await(t, rec.count()+1+rnd.IntN(40))
		}
		run.cancel()
		<-run.done
		if run.err != nil {
			t.Fatal(run.err)
		}
		s.Close()
		// A crash: only some of what was handed over had become durable.
		txs := rec.all(t)
		txs = txs[:rnd.IntN(len(txs)+1)]
		for _, tx := range txs {
			for _, c := range tx.Changes {
				replay(t, model, c)
			}
			durable = tx.End
		}
	}
	stopWriting()
	writing.Wait()
	target := r.currentWAL()
	var rec recorder
	start(t, r.source, durable, confirming(r.source, rec.handle))
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
