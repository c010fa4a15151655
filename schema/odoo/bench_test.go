package odoo_test

import (
	"syscall"
	"testing"

	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// entityOf finds an entity and its documents.
func (b *bridge) entityOf(name string) (*odoo.Entity, map[odoo.Key]document) {
	for i, e := range b.profile.Entities {
		if e.Name == name {
			return e, b.documents[i]
		}
	}
	b.t.Fatalf("no entity %s", name)
	return nil, nil
}

func (b *bridge) docs(entity string) map[odoo.Key]document {
	_, documents := b.entityOf(entity)
	return documents
}

// BenchmarkQuantChange is what a change of one stock_quant costs here: both
// contributions to the sum, touch, build, comparison, happenings. The rows come from maps.
func BenchmarkQuantChange(b *testing.B) {
	m := newBridge(b, "17", nil)
	quants, part := m.byName["stock_quant"], m.profile.Sums[0].Parts[0]
	added := 0
	add := func(odoo.Key, int, ...odoo.Decimal) { added++ }
	level, documents := m.entityOf("stock_level")
	old, _ := m.Get(quants, odoo.Key{3})
	m.change("stock_quant", 3, map[string]string{"quantity": "499.50"})
	now, _ := m.Get(quants, odoo.Key{3})
	previous := documents[odoo.Key{17, 1}].body
	var keys []odoo.Key
	touch := func(key odoo.Key) { keys = append(keys, key) }
	b.ReportAllocs()
	defer reportCPU(b)()
	for b.Loop() {
		part.Contribute(m, old, add)
		part.Contribute(m, now, add)
		keys = keys[:0]
		level.Touches[quants](m, old, now, touch)
		built, ok := level.Build(m, keys[0], previous)
		changed, _ := schema.Diff(previous, built.Body)
		happenings := level.Happenings(previous, built.Body, changed)
		if added == 0 || !ok || len(keys) != 1 || len(changed) != 4 || len(happenings) != 1 {
			b.Fatal(keys, ok, changed, happenings)
		}
	}
}

func BenchmarkOrderChange(b *testing.B) {
	m := newBridge(b, "17", nil)
	orders := m.byName["sale_order"]
	order, documents := m.entityOf("order")
	old, _ := m.Get(orders, odoo.Key{4})
	m.change("sale_order", 4, map[string]string{"invoice_status": "invoiced"})
	now, _ := m.Get(orders, odoo.Key{4})
	previous := documents[odoo.Key{4}].body
	touched := odoo.Key{}
	touch := func(key odoo.Key) { touched = key }
	b.ReportAllocs()
	defer reportCPU(b)()
	for b.Loop() {
		order.Touches[orders](m, old, now, touch)
		built, _ := order.Build(m, touched, previous)
		changed, _ := schema.Diff(previous, built.Body)
		if happenings := order.Happenings(previous, built.Body, changed); len(changed) != 1 || len(happenings) != 1 {
			b.Fatal(changed, happenings)
		}
	}
}

func BenchmarkProductBuild(b *testing.B) {
	m := newBridge(b, "17", nil)
	product, _ := m.entityOf("product")
	b.ReportAllocs()
	defer reportCPU(b)()
	for b.Loop() {
		product.Build(m, odoo.Key{12}, nil)
	}
}

// reportCPU adds the time that the processor worked, which a busy machine alters less than the wall clock.
func reportCPU(b *testing.B) func() {
	start := cpuTime(b)
	return func() { b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N), "cpu-ns/op") }
}

func cpuTime(b *testing.B) int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}
