package odoo_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/cockroachdb/apd/v3"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

var exact = apd.Context{Precision: 200, MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent}

func compareKeys(a, b odoo.Key) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

// memory is the mirror as a test wants it: maps, and look-ups by index only
// where the profile declares one.
type memory struct {
	t       testing.TB
	now     time.Time
	profile *odoo.Profile
	rows    []map[odoo.Key]odoo.Row
	indexed []map[int]map[int64]map[odoo.Key]struct{} // by table, column and value
	sums    []map[odoo.Key]*total
	before  map[place]odoo.Row // rows of the open transaction as they were
	order   []place
}

type place struct {
	table int
	key   odoo.Key
}

type total struct {
	amounts []odoo.Decimal
	rows    int64
}

func newMemory(t testing.TB, p *odoo.Profile) *memory {
	m := &memory{t: t, profile: p, before: map[place]odoo.Row{}, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	for _, table := range p.Tables {
		m.rows = append(m.rows, map[odoo.Key]odoo.Row{})
		indexed := map[int]map[int64]map[odoo.Key]struct{}{}
		for _, i := range table.Indexes {
			if !i.Text {
				indexed[i.Column] = map[int64]map[odoo.Key]struct{}{}
			}
		}
		m.indexed = append(m.indexed, indexed)
	}
	for range p.Sums {
		m.sums = append(m.sums, map[odoo.Key]*total{})
	}
	return m
}

func (m *memory) Get(t *odoo.Table, key odoo.Key) (odoo.Row, bool) {
	row, found := m.rows[t.ID][key]
	return row, found
}

func (m *memory) Find(t *odoo.Table, column int, value int64) []odoo.Row {
	by, found := m.indexed[t.ID][column]
	if !found {
		m.t.Fatalf("%s is looked up by %s, which is not indexed", t.Name, t.Columns[column].Name)
	}
	return m.sorted(t, by[value])
}

func (m *memory) sorted(t *odoo.Table, keys map[odoo.Key]struct{}) []odoo.Row {
	var rows []odoo.Row
	for key := range keys {
		rows = append(rows, m.rows[t.ID][key])
	}
	slices.SortFunc(rows, func(a, b odoo.Row) int { return compareKeys(a.Key(t.Keys), b.Key(t.Keys)) })
	return rows
}

func (m *memory) FindText(t *odoo.Table, column int, value string) []odoo.Row {
	if !slices.Contains(t.Indexes, odoo.Index{Column: column, Text: true}) {
		m.t.Fatalf("%s is looked up by the text %s, which is not indexed", t.Name, t.Columns[column].Name)
	}
	var rows []odoo.Row
	m.Scan(t, func(row odoo.Row) bool {
		if row.Text(column) == value && !row.Null(column) {
			rows = append(rows, row)
		}
		return true
	})
	return rows
}

func (m *memory) Scan(t *odoo.Table, yield func(odoo.Row) bool) {
	for _, key := range sortedKeys(m.rows[t.ID]) {
		if !yield(m.rows[t.ID][key]) {
			return
		}
	}
}

func (m *memory) Sum(s *odoo.Sum, key odoo.Key) ([]odoo.Decimal, int64) {
	if t := m.sums[s.ID][key]; t != nil {
		return t.amounts, t.rows
	}
	return make([]odoo.Decimal, len(s.Amounts)), 0
}

func (m *memory) Now() time.Time { return m.now }

func (m *memory) ScanSum(s *odoo.Sum, yield func(odoo.Key) bool) {
	for _, key := range sortedKeys(m.sums[s.ID]) {
		if m.sums[s.ID][key].rows != 0 && !yield(key) {
			return
		}
	}
}

// put makes row the table's row at the key; the zero Row removes it.
func (m *memory) put(t *odoo.Table, key odoo.Key, row odoo.Row) {
	if row.Exists() && t.Keep != nil && !t.Keep(row) {
		row = odoo.Row{}
	}
	old := m.rows[t.ID][key]
	if old == row {
		return
	}
	at := place{t.ID, key}
	if _, seen := m.before[at]; !seen {
		m.before[at] = old
		m.order = append(m.order, at)
	}
	again := m.withdraw(t, old, row)
	m.index(t, key, old, false)
	if row.Exists() {
		m.rows[t.ID][key] = row
	} else {
		delete(m.rows[t.ID], key)
	}
	m.index(t, key, row, true)
	again()
	for _, s := range m.profile.Sums {
		for _, p := range s.Parts {
			if p.Of == t {
				m.contribute(s, p, old, -1)
				m.contribute(s, p, row, +1)
			}
		}
	}
}

// withdraw takes out of the sums what the change of another table moves, and
// returns what puts it in again.
func (m *memory) withdraw(t *odoo.Table, old, new odoo.Row) (again func()) {
	type moving struct {
		sum  *odoo.Sum
		part odoo.Part
		row  odoo.Row
	}
	var all []moving
	for _, s := range m.profile.Sums {
		for _, p := range s.Parts {
			if affected := p.Affected[t]; affected != nil {
				affected(m, old, new, func(row odoo.Row) { all = append(all, moving{s, p, row}) })
			}
		}
	}
	for _, c := range all {
		m.contribute(c.sum, c.part, c.row, -1)
	}
	return func() {
		for _, c := range all {
			m.contribute(c.sum, c.part, c.row, +1)
		}
	}
}

func (m *memory) contribute(s *odoo.Sum, p odoo.Part, row odoo.Row, sign int64) {
	if !row.Exists() {
		return
	}
	p.Contribute(m, row, func(key odoo.Key, first int, amounts ...odoo.Decimal) {
		sum := m.sums[s.ID][key]
		if sum == nil {
			sum = &total{amounts: make([]odoo.Decimal, len(s.Amounts))}
			m.sums[s.ID][key] = sum
		}
		sum.rows += sign
		for i := range amounts {
			if at := &sum.amounts[first+i]; sign < 0 {
				exact.Sub(at, at, &amounts[i]) //nolint:errcheck // exact
			} else {
				exact.Add(at, at, &amounts[i]) //nolint:errcheck // exact
			}
		}
	})
}

func (m *memory) index(t *odoo.Table, key odoo.Key, row odoo.Row, add bool) {
	if !row.Exists() {
		return
	}
	for column, by := range m.indexed[t.ID] {
		value := row.Int(column)
		if row.Null(column) || slices.Contains(t.Indexes, odoo.Index{Column: column, Open: true}) && !t.Open(row) {
			continue
		}
		if by[value] == nil {
			by[value] = map[odoo.Key]struct{}{}
		}
		if add {
			by[value][key] = struct{}{}
		} else {
			delete(by[value], key)
		}
	}
}
