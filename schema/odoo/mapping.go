package odoo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// mapping is a profile under construction and what its functions work with.
type mapping struct {
	tables
	release release
	stock   *Sum
}

// For makes the profile of a release ("17.0"). extra names further columns, by
// table, that documents show under "custom".
func For(release string, extra map[string][]string) (*Profile, error) {
	r, err := parseRelease(release)
	if err != nil {
		return nil, err
	}
	m := &mapping{release: r}
	p := &Profile{Release: release, PlacedOrder: m.placedOrder, Takes: m.takes, AltersKits: m.altersKits}
	specs := m.specs()
	if err := checkExtra(specs, extra); err != nil {
		return nil, err
	}
	for _, s := range specs {
		if s.since > r {
			*s.table = &Table{Name: s.name, Absent: true}
			continue
		}
		t := s.make(r, extra[s.name])
		t.ID = len(p.Tables)
		*s.table = t
		p.Tables = append(p.Tables, t)
	}
	m.stock = m.stockSum()
	p.Sums = []*Sum{m.stock}
	// A customer and a product come before the order that names them, the
	// order before its shipment and its invoice, and stock, the consequence, last.
	p.Entities = []*Entity{
		m.customerEntity(), m.productEntity(), m.priceEntity(), m.orderEntity(), m.shipmentEntity(), m.returnEntity(), m.stockMoveEntity(),
		m.invoiceEntity(), m.refundEntity(), m.paymentEntity(), m.stockLevelEntity(),
	}
	return p, nil
}

// checkExtra reports every table of the configuration that cannot have columns added, at once.
func checkExtra(specs []spec, extra map[string][]string) error {
	var can, cannot []string
	for _, s := range specs {
		if s.extras {
			can = append(can, s.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if !slices.Contains(can, name) {
			cannot = append(cannot, name)
		}
	}
	if cannot == nil {
		return nil
	}
	slices.Sort(can)
	return fmt.Errorf("extra_columns: no document shows columns of %s; columns can be added to %s",
		strings.Join(cannot, ", "), strings.Join(can, ", "))
}

func (s *spec) make(r release, extra []string) *Table {
	t := &Table{
		Name: r.source(s.name, ""), Keys: max(s.keys, 1), Resident: s.resident,
		Optional: s.module != "", module: s.module, Keep: s.keep, Open: s.open, Moments: s.moments,
	}
	for _, name := range s.columns {
		name, optional := strings.CutSuffix(name, "?")
		t.Columns = append(t.Columns, Column{Name: name, Source: r.source(s.name, name), Optional: optional})
	}
	t.bookkeeping = len(t.Columns)
	if !s.relation {
		for _, name := range []string{columnCreator, columnWriter, columnWritten} {
			t.Columns = append(t.Columns, Column{Name: name, Source: name})
		}
	}
	t.addExtra(extra)
	for _, c := range s.find {
		t.Indexes = append(t.Indexes, Index{Column: c})
	}
	for _, c := range s.findOpen {
		t.Indexes = append(t.Indexes, Index{Column: c, Open: true})
	}
	for _, c := range s.findText {
		t.Indexes = append(t.Indexes, Index{Column: c, Text: true})
	}
	return t
}

// addExtra appends the columns of the configuration, each once. One that is
// mapped already is shown under "custom" as well.
func (t *Table) addExtra(names []string) {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		t.Columns = append(t.Columns, Column{Name: "custom:" + name, Source: name})
		t.Extra++
	}
}

// has reports whether the database has the column.
func (t *Table) has(column int) bool { return t.Columns[column].Source != "" && !t.Absent }

// same reports whether a row says nothing new: at most who wrote it, and when.
func (t *Table) same(old, new Row) bool {
	if !old.Exists() || !new.Exists() {
		return old.Exists() == new.Exists()
	}
	a, b := old.text, new.text
	for i := 0; ; i++ {
		x, restA, moreA := strings.Cut(a, "\t")
		y, restB, moreB := strings.Cut(b, "\t")
		if x != y && (i < t.bookkeeping || i >= len(t.Columns)-t.Extra) {
			return false
		}
		if !moreA || !moreB {
			return moreA == moreB
		}
		a, b = restA, restB
	}
}

// sameIn reports whether both rows exist and agree in the columns.
func sameIn(old, new Row, columns ...int) bool {
	if !old.Exists() || !new.Exists() {
		return false
	}
	for _, c := range columns {
		if !old.Same(new, c) {
			return false
		}
	}
	return true
}
