package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// writers change rows until they are ended.
type writers struct {
	t      testing.TB
	cancel context.CancelFunc
	done   sync.WaitGroup
	tried  atomic.Int64
	allow  atomic.Int64 // how many may be tried: a fault that takes long must not pile up a backlog that takes longer
}

// spare is how many transactions may be tried while a fault is being made or mended.
const spare = 1000

// attempts waits until so many transactions more were tried.
func (w *writers) attempts(n int64) {
	w.t.Helper()
	target := w.tried.Load() + n
	w.allow.Store(target + spare)
	testkit.Eventually(w.t, patience, func() bool { return w.tried.Load() >= target }, nil)
}

func (w *writers) end() {
	w.cancel()
	w.done.Wait()
}

// writer changes its own keys, transaction by transaction, and tells the model
// what was committed.
type writer struct {
	model *model
	dsn   string
	keys  []key
	draw  *rand.Rand
	of    *writers
	conn  *pgx.Conn
}

func connect(ctx context.Context, dsn string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return pgx.Connect(ctx, dsn)
}

func (w *writer) run(ctx context.Context) {
	defer w.hangUp()
	for ctx.Err() == nil {
		if w.of.tried.Load() >= w.of.allow.Load() {
			rest(ctx)
			continue
		}
		w.of.tried.Add(1)
		if w.conn == nil && !w.connect(ctx) {
			continue
		}
		w.transact()
	}
}

// rest is a moment's pause.
func rest(ctx context.Context) {
	select {
	case <-time.After(20 * time.Millisecond):
	case <-ctx.Done():
	}
}

// connect tries once, and waits a moment when the server is not there.
func (w *writer) connect(ctx context.Context) bool {
	conn, err := connect(ctx, w.dsn)
	if err == nil {
		w.conn = conn
		return true
	}
	rest(ctx)
	return false
}

func (w *writer) hangUp() {
	if w.conn != nil {
		_ = w.conn.Close(context.Background())
		w.conn = nil
	}
}

// transact does one transaction. When its outcome is unknown the rows tell.
func (w *writer) transact() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	values, rollBack, err := w.change(ctx)
	switch {
	case err != nil:
		w.hangUp()
		if len(values) > 0 && w.wasCommitted(values) {
			w.model.committed(values)
		}
	case rollBack:
		w.model.lost()
	default:
		w.model.committed(values)
	}
}

// change draws what the transaction does and does it; values are what the rows hold
// if it was committed.
func (w *writer) change(ctx context.Context) (values map[key]string, rollBack bool, err error) {
	rows := 1 + w.draw.IntN(4)
	if w.draw.IntN(60) == 0 {
		rows = len(w.keys) // a large one
	}
	rollBack = w.draw.IntN(12) == 0
	tx, err := w.conn.Begin(ctx)
	if err != nil {
		return nil, rollBack, err
	}
	values = map[key]string{}
	for _, i := range w.draw.Perm(len(w.keys))[:rows] {
		if err := w.row(ctx, tx, w.keys[i], values); err != nil {
			return nil, rollBack, err
		}
	}
	if w.draw.IntN(10) == 0 {
		if err := w.savepoint(ctx, tx); err != nil {
			return nil, rollBack, err
		}
	}
	if rollBack {
		return nil, true, tx.Rollback(ctx)
	}
	return values, false, tx.Commit(ctx)
}

// savepoint changes rows and takes it back inside the transaction.
func (w *writer) savepoint(ctx context.Context, tx pgx.Tx) error {
	inner, err := tx.Begin(ctx)
	if err != nil {
		return err
	}
	for range 3 {
		if err := w.row(ctx, inner, w.keys[w.draw.IntN(len(w.keys))], map[key]string{}); err != nil {
			return err
		}
	}
	return inner.Rollback(ctx)
}

// row gives a row another value, deletes it, writes it twice, or writes what is there.
func (w *writer) row(ctx context.Context, tx pgx.Tx, k key, values map[key]string) error {
	was, changed := values[k]
	if !changed {
		was = w.model.value(k)
	}
	value := fmt.Sprint(1 + w.draw.IntN(1_000_000_000))
	switch kind := w.draw.IntN(12); {
	case was == gone:
		if _, err := tx.Exec(ctx, `INSERT INTO res_partner (id, name, type, active, commercial_partner_id) VALUES ($1, $2, 'contact', true, $1)`, k.id, value); err != nil {
			return err
		}
		values[k] = value
		return nil
	case kind == 0 && k.table == "res_partner":
		if _, err := tx.Exec(ctx, `DELETE FROM res_partner WHERE id = $1`, k.id); err != nil {
			return err
		}
		values[k] = gone
		return nil
	case kind == 1:
		_, err := tx.Exec(ctx, `UPDATE `+k.table+` SET write_date = now() WHERE id = $1`, k.id)
		return err
	case kind == 2:
		if err := set(ctx, tx, k, "7"); err != nil {
			return err
		}
	}
	values[k] = value
	return set(ctx, tx, k, value)
}

// columns are where a table's rows hold the value, and the type it is of.
var columns = map[string][2]string{
	"stock_quant": {"quantity", "numeric"}, "sale_order": {"client_order_ref", "varchar"}, "res_partner": {"name", "varchar"},
}

func set(ctx context.Context, tx pgx.Tx, k key, value string) error {
	c := columns[k.table]
	_, err := tx.Exec(ctx, fmt.Sprintf(`UPDATE %s SET %s = $1::text::%s, write_date = now() WHERE id = $2`, k.table, c[0], c[1]), value, k.id)
	return err
}

// wasCommitted reads one of the transaction's rows back, for as long as it takes.
func (w *writer) wasCommitted(values map[key]string) bool {
	for k, want := range values {
		if w.model.value(k) == want {
			continue // tells nothing
		}
		return w.read(k) == want
	}
	return false
}

func (w *writer) read(k key) string {
	for {
		if w.conn == nil && !w.connect(context.Background()) {
			continue
		}
		var value string
		err := w.conn.QueryRow(context.Background(), fmt.Sprintf(`SELECT coalesce(max(%s)::text, '') FROM %s WHERE id = $1`, columns[k.table][0], k.table), k.id).Scan(&value)
		switch {
		case err != nil:
			w.hangUp()
		case value == "" && k.table == "res_partner":
			return gone
		default:
			return value
		}
	}
}
