package mirror

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/internal/cache"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// exact adds without rounding: quantities have far fewer digits than this.
var exact = apd.Context{Precision: 200, MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent}

// sum is the totals over one table's rows.
type sum struct {
	id     int // table number in the store
	spec   *odoo.Sum
	cached *cache.Cache[rowID, *total]
	dirty  map[Key]*total
}

// total is the amounts at one key. stored is its row's text in the store, "" if it has none.
type total struct {
	rows    int64
	amounts []odoo.Decimal
	stored  string
}

// size is roughly what a total occupies, in bytes.
func (t *total) size() int { return 64 + 64*len(t.amounts) + len(t.stored) }

func newSum(id int, spec *odoo.Sum, cached *cache.Cache[rowID, *total]) *sum {
	return &sum{id: id, spec: spec, dirty: map[Key]*total{}, cached: cached}
}

func (s *sum) reset() {
	clear(s.dirty)
	s.cached.Clear()
}

func (s *sum) get(m *Mirror, key Key) *total {
	if t, found := s.cached.Get(rowID{s.id, key}); found {
		return t
	}
	if t, found := s.dirty[key]; found {
		return t
	}
	text, _, err := m.store.Row(s.id, key)
	if err != nil {
		m.fail(fmt.Errorf("read %s %v: %w", s.spec.Name, key, err))
	}
	t, err := parseTotal(text, len(s.spec.Amounts))
	if err != nil {
		m.fail(fmt.Errorf("read %s %v: %w", s.spec.Name, key, err))
	}
	s.cached.Put(rowID{s.id, key}, t)
	return t
}

// part is one table's share in a sum.
type part struct {
	sum  *sum
	spec *odoo.Part
}

// moving is a share whose rows a change of another table may move.
type moving struct {
	part
	rows func(rows odoo.Rows, old, new odoo.Row, yield func(odoo.Row))
}

// join tells the tables of the sum's parts of them.
func (s *sum) join(tables []*table) {
	for i := range s.spec.Parts {
		p := part{s, &s.spec.Parts[i]}
		t := tables[p.spec.Of.ID]
		t.parts = append(t.parts, p)
		for other, rows := range p.spec.Affected {
			t := tables[other.ID]
			t.moves = append(t.moves, moving{p, rows})
		}
	}
}

// change adds the row's contributions, or takes them away when sign is negative.
func (p part) change(m *Mirror, row odoo.Row, sign int) {
	if !row.Exists() {
		return
	}
	p.spec.Contribute(m, row, func(key Key, first int, amounts ...odoo.Decimal) {
		p.sum.add(m, key, first, amounts, sign)
	})
}

func (s *sum) add(m *Mirror, key Key, first int, amounts []odoo.Decimal, sign int) {
	t := s.get(m, key)
	t.rows += int64(sign)
	for i := range amounts {
		var err error
		if at := &t.amounts[first+i]; sign < 0 {
			_, err = exact.Sub(at, at, &amounts[i])
		} else {
			_, err = exact.Add(at, at, &amounts[i])
		}
		if err != nil {
			m.fail(fmt.Errorf("add up %s at %v: %w", s.spec.Name, key, err))
		}
	}
	s.dirty[key] = t
}

// contribution is a row whose place in a sum depends on another table.
type contribution struct {
	part
	row odoo.Row
}

// withdraw takes back the contributions that the coming change of another
// table's row may move; contribute adds them again once it has happened.
func (m *Mirror) withdraw(t *table, before, after odoo.Row) []contribution {
	var all []contribution
	for _, mv := range t.moves {
		mv.rows(m, before, after, func(row odoo.Row) {
			all = append(all, contribution{mv.part, row})
		})
	}
	for _, c := range all {
		c.change(m, c.row, -1)
	}
	return all
}

func (m *Mirror) contribute(moving []contribution) {
	for _, c := range moving {
		c.change(m, c.row, +1)
	}
}

func (s *sum) flush(b *store.Batch) {
	for key, t := range s.dirty {
		text := t.text(key)
		switch {
		case text == t.stored:
		case text == "":
			b.Deletes = append(b.Deletes, store.RowDelete{Table: s.id, Old: store.Row{Key: key, Text: t.stored}})
		default:
			put := store.RowPut{Table: s.id, Row: store.Row{Key: key, Text: text}}
			if t.stored != "" {
				put.Old = &store.Row{Key: key, Text: t.stored}
			}
			b.Puts = append(b.Puts, put)
		}
		t.stored = text
	}
	clear(s.dirty)
}

func (t *total) text(key Key) string {
	if t.rows == 0 {
		return ""
	}
	b := make([]byte, 0, 64)
	b = strconv.AppendInt(b, key[0], 10)
	b = append(b, '\t')
	b = strconv.AppendInt(b, key[1], 10)
	b = append(b, '\t')
	b = strconv.AppendInt(b, t.rows, 10)
	for i := range t.amounts {
		b = append(b, '\t')
		b = t.amounts[i].Append(b, 'f')
	}
	return string(b)
}

func parseTotal(text string, amounts int) (*total, error) {
	t := &total{amounts: make([]odoo.Decimal, amounts), stored: text}
	if text == "" {
		return t, nil
	}
	fields := strings.Split(text, "\t")
	if len(fields) != 3+amounts {
		return t, fmt.Errorf("sum %q has %d columns, want %d", text, len(fields), 3+amounts)
	}
	rows, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return t, fmt.Errorf("sum %q: %w", text, err)
	}
	t.rows = rows
	for i := range amounts {
		if _, _, err := t.amounts[i].SetString(fields[3+i]); err != nil {
			return t, fmt.Errorf("sum %q: %w", text, err)
		}
	}
	return t, nil
}

func (s *sum) scan(m *Mirror, yield func(Key) bool) {
	fresh := map[Key]bool{}
	for key, t := range s.dirty {
		if t.stored == "" && t.rows != 0 {
			fresh[key] = true
		}
	}
	stopped := false
	err := m.store.Scan(s.id, func(key store.Key, _ string) bool {
		if t := s.dirty[key]; t != nil && t.rows == 0 {
			return true
		}
		stopped = !yield(key)
		return !stopped
	})
	if err != nil {
		m.fail(fmt.Errorf("scan %s: %w", s.spec.Name, err))
		return
	}
	for _, key := range sortedKeys(fresh) {
		if stopped || !yield(key) {
			return
		}
	}
}
