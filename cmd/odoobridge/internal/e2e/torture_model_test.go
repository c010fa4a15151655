package e2e

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// gone is the value of a subject that was deleted.
const gone = "(deleted)"

// model is what was committed: every subject's values in order, each different
// from the one before it.
type model struct {
	t  testing.TB
	mu sync.Mutex
	// now is every subject's value; values are those since forget was last called.
	now    map[string]string
	values map[string][]string
	keys   []key

	changes, rolledBack int
}

// key is a row whose value shows in one document.
type key struct {
	subject string
	table   string
	id      int64
}

// Partners are the writers' own, so that they may be deleted.
const (
	firstPartner = 900_000
	partners     = 400
)

// newModel picks the rows that will be changed: levels of one quant each,
// orders, and partners that it makes.
func newModel(t testing.TB, conn *pgx.Conn) *model {
	t.Helper()
	m := &model{t: t, now: map[string]string{}, values: map[string][]string{}}
	m.pick(conn, "stock_quant", `SELECT min(q.id), 'stock_level/' || q.product_id || '/' || l.warehouse_id, min(trim_scale(q.quantity))::text
		FROM stock_quant q JOIN stock_location l ON l.id = q.location_id WHERE l.warehouse_id IS NOT NULL
		GROUP BY q.product_id, l.warehouse_id HAVING count(*) = 1 AND min(q.quantity) > 0`)
	m.pick(conn, "sale_order", `SELECT id, 'order/' || name, coalesce(client_order_ref, '') FROM sale_order`)
	if _, err := conn.Exec(t.Context(), `INSERT INTO res_partner (id, name, type, active, commercial_partner_id)
		SELECT i, 'v0', 'contact', true, i FROM generate_series($1::int, $2::int) i`, firstPartner, firstPartner+partners-1); err != nil {
		t.Fatal(err)
	}
	m.pick(conn, "res_partner", fmt.Sprintf(`SELECT id, 'customer/' || id, name FROM res_partner WHERE id >= %d`, firstPartner))
	return m
}

func (m *model) pick(conn *pgx.Conn, table, sql string) {
	m.t.Helper()
	rows, err := conn.Query(m.t.Context(), sql)
	if err != nil {
		m.t.Fatal(err)
	}
	n := 0
	for ; rows.Next(); n++ {
		k, value := key{table: table}, ""
		if err := rows.Scan(&k.id, &k.subject, &value); err != nil {
			m.t.Fatal(err)
		}
		m.now[k.subject] = value
		m.keys = append(m.keys, k)
	}
	if err := rows.Err(); err != nil {
		m.t.Fatal(err)
	}
	if n == 0 {
		m.t.Fatalf("nothing to change in %s", table)
	}
}

// shares deals the keys out: a key has one writer, who knows its order.
func (m *model) shares(n int) [][]key {
	all := make([][]key, n)
	for i, k := range m.keys {
		all[i%n] = append(all[i%n], k)
	}
	return all
}

// committed notes the values of a transaction.
func (m *model) committed(values map[key]string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, v := range values {
		if m.now[k.subject] == v {
			continue // writes what is there: no event
		}
		m.now[k.subject] = v
		m.values[k.subject] = append(m.values[k.subject], v)
		m.changes++
	}
}

func (m *model) value(k key) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now[k.subject]
}

func (m *model) lost() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rolledBack++
}

func (m *model) subjects() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.keys)
}

// forget begins anew: what was checked need not be checked again.
func (m *model) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.values)
}

// expected copies what the channels must have heard since forget.
func (m *model) expected() map[string][]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make(map[string][]string, len(m.values))
	for s, v := range m.values {
		all[s] = slices.Clone(v)
	}
	return all
}
