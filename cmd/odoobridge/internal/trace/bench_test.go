package trace

import (
	"fmt"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

// BenchmarkTrace asks a store of a million entries and 400,000 documents: for an order by its name, with what belongs
// to it; for an order that nothing but its document knows by the number asked for; and for what there is not. The last one
// reads the journal through for one subject, as for entries that lead nowhere.
func BenchmarkTrace(b *testing.B) {
	s := newShop(b)
	const orders, events = 100_000, 1_000_000
	filler := strings.Repeat("x", 700)
	for n := int64(1); s.seq < events; n = n%orders + 1 {
		ref := fmt.Sprintf(`{"id":%d,"name":"S%06d"}`, n, n)
		s.happens("updated", key("order", n), fmt.Sprintf("S%06d", n), fmt.Sprintf(`{"id":%d,"name":"S%06d","client_order_ref":"#%d","lines":"%s"}`, n, n, n, filler))
		s.happens("updated", key("shipment", n), fmt.Sprintf("WH/OUT/%06d", n), fmt.Sprintf(`{"id":%d,"name":"WH/OUT/%06d","order":%s,"lines":"%s"}`, n, n, ref, filler))
		s.happens("updated", key("invoice", n), fmt.Sprint(n), fmt.Sprintf(`{"id":%d,"name":"INV/%06d","orders":[%s],"lines":"%s"}`, n, n, ref, filler))
		s.happens("updated", key("payment", n), fmt.Sprint(n), fmt.Sprintf(`{"id":%d,"name":"P/%06d","invoices":[{"id":%d,"entity":"invoice"}],"x":"%s"}`, n, n, n, filler))
		if n%2000 == 0 {
			s.commit()
		}
	}
	s.commit()
	s.stored()
	s.commit()
	for _, k := range []string{"S050000", "#50000", "nothing"} {
		b.Run(k, func(b *testing.B) {
			for range b.N {
				s.trace(Request{Key: k})
			}
		})
	}
	for name, last := range map[string]int64{"history": s.docs[key("order", 50000)].Last, "history without links": store.Unlinked} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				n := 0
				if err := store.History(b.Context(), s.store, "order", key("order", 50000).key, last, 100, func(store.Event) bool { n++; return true }); err != nil || n < 2 {
					b.Fatal(n, err)
				}
			}
		})
	}
}
