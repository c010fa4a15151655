package held

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

// world is what the mirror knows: products A to D (by barcode a to d) in warehouses WH and SHOP. D is a kit
// where kit says what of, or why it is not certain.
type world struct {
	orders map[string]odoo.Placed
	levels map[string][]odoo.Key
	kit    map[string]float64
	why    string
}

func newWorld() *world {
	w := &world{orders: map[string]odoo.Placed{}, levels: map[string][]odoo.Key{}}
	for i, sku := range []string{"A", "B", "C", "D"} {
		wh, shop := odoo.Key{int64(i), 1}, odoo.Key{int64(i), 2}
		for _, code := range []string{sku, strings.ToLower(sku)} {
			w.levels[code+"/WH"], w.levels[code+"/SHOP"], w.levels[code+"/"] = []odoo.Key{wh}, []odoo.Key{shop}, []odoo.Key{wh, shop}
		}
	}
	return w
}

func (w *world) PlacedOrder(id string) (odoo.Placed, bool) { p, found := w.orders[id]; return p, found }

func (w *world) Takes(sku, barcode, quantity, warehouse string, _ int64) (taken odoo.Taken) {
	if sku == "" {
		sku = strings.ToUpper(barcode)
	}
	of := map[string]float64{sku: 1}
	switch {
	case sku != "D":
	case w.why != "":
		taken.Why = w.why
	case w.kit != nil:
		of = w.kit
	}
	n, _ := strconv.ParseFloat(quantity, 64)
	for sku, each := range of {
		for _, level := range w.levels[sku+"/"+warehouse] {
			taken.Known = true
			take := odoo.Take{Level: level}
			_, _ = take.Quantity.SetFloat64(n * each)
			taken.Takes = append(taken.Takes, take)
		}
	}
	return taken
}

// body is the document of an order.
func body(id, state, warehouse string) []byte {
	channel, name, _ := strings.Cut(strings.TrimPrefix(id, "channel_"), ".")
	return fmt.Appendf(nil, `{"state":%q,"warehouse":%q,"external_ids":{%q:%q}}`, state, warehouse, channel, name)
}

func never() bool { return false }

// TestEachLevelCountsTheOrdersThatAreOpen does at random what happens to orders and to what a kit is made of, and compares
// each level with the sum of those that are placed, not let go, and neither confirmed nor cancelled.
func TestEachLevelCountsTheOrdersThatAreOpen(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	draw := rand.New(rand.NewPCG(seed, 1))
	s, w := NewSet(), newWorld()
	open, told := map[string]Order{}, map[odoo.Key]string{}
	for range 20_000 {
		channel := []string{"web", "pos"}[draw.IntN(2)]
		id := fmt.Sprintf("channel_%s.order_%d", channel, draw.IntN(12))
		was, exists := w.orders[id]
		switch draw.IntN(7) {
		case 0, 1:
			if exists && settled(was.State) {
				delete(w.orders, id) // another order by that name
				s.Saw(body(id, "cancel", ""), true, func(odoo.Key) {})
				s.Durable()
			}
			o := Order{Channel: channel, ExternalID: id, Warehouse: []string{"WH", "SHOP", ""}[draw.IntN(3)]}
			for range 1 + draw.IntN(3) {
				line := Line{SKU: string(rune('A' + draw.IntN(4))), Quantity: []string{"1", "2.5", "10"}[draw.IntN(3)]}
				if draw.IntN(2) == 0 {
					line.SKU, line.Barcode = "", strings.ToLower(line.SKU)
				}
				o.Lines = append(o.Lines, line)
			}
			s.Place(o)
			open[id] = o
		case 2:
			s.LetGo(id)
			delete(open, id)
		case 3: // Odoo makes a quotation, in the warehouse that was asked for or its own
			if o, placed := open[id]; placed && !exists {
				if o.Warehouse == "" {
					o.Warehouse = "SHOP"
				}
				open[id], w.orders[id] = o, odoo.Placed{State: "draft", Warehouse: o.Warehouse}
				s.Saw(body(id, "draft", o.Warehouse), false, func(level odoo.Key) { t.Errorf("a quotation touches %v", level) })
			}
		case 4: // and confirms or cancels it
			if exists {
				state := []string{"sale", "cancel"}[draw.IntN(2)]
				w.orders[id] = odoo.Placed{State: state, Warehouse: was.Warehouse}
				delete(open, id)
				s.Saw(body(id, state, was.Warehouse), false, func(level odoo.Key) { told[level] = field(s, level) })
				s.Durable()
			}
		case 5:
			s.Restart()
		case 6:
			w.kit = []map[string]float64{nil, {"A": 2}, {"A": 1, "B": 0.5}, {"C": 3}}[draw.IntN(4)]
			w.why = []string{"", "", "it is not certain"}[draw.IntN(3)]
			s.Again()
			s.LookAgain()
		}
		for o, placed := range maps.All(open) {
			if now, there := w.orders[o]; there && settled(now.State) {
				delete(open, o)
			} else if there {
				placed.Warehouse = now.Warehouse
				open[o] = placed
			}
		}
		s.TakeIn(w, never)
		for _, level := range s.Untold() {
			told[level] = field(s, level)
			s.Told(level)
		}
		check(t, s, open, w, told)
		if t.Failed() {
			return
		}
	}
}

func field(s *Set, level odoo.Key) string { return string(s.AppendField([]byte(`{}`), level)) }

func check(t *testing.T, s *Set, open map[string]Order, w *world, told map[odoo.Key]string) {
	t.Helper()
	sums := map[odoo.Key]map[string]float64{}
	for _, o := range open {
		for _, line := range o.Lines {
			for _, take := range w.Takes(line.SKU, line.Barcode, line.Quantity, o.Warehouse, 0).Takes {
				if sums[take.Level] == nil {
					sums[take.Level] = map[string]float64{}
				}
				n, _ := take.Quantity.Float64()
				sums[take.Level][o.Channel] += n
			}
		}
	}
	for product := range int64(4) {
		for warehouse := int64(1); warehouse <= 2; warehouse++ {
			level := odoo.Key{product, warehouse}
			want := "{}"
			if len(sums[level]) > 0 {
				var parts []string
				for _, channel := range slices.Sorted(maps.Keys(sums[level])) {
					parts = append(parts, fmt.Sprintf("%q:\"%v\"", channel, sums[level][channel]))
				}
				want = `{,"in_flight":{` + strings.Join(parts, ",") + `}}`
			}
			if got := field(s, level); got != want {
				t.Errorf("level %v is %s, want %s", level, got, want)
			}
			if was := told[level]; was != want && (was != "" || want != "{}") {
				t.Errorf("level %v is %s, and was last told as %s", level, want, was)
			}
		}
	}
}

// TestAProductThatComesLaterCountsThen waits for what the mirror does not know.
func TestAProductThatComesLaterCountsThen(t *testing.T) {
	s, w := NewSet(), newWorld()
	s.Place(Order{Channel: "web", ExternalID: "channel_web.order_1", Warehouse: "WH", Lines: []Line{{SKU: "A", Quantity: "1"}, {SKU: "NEW", Quantity: "2"}}})
	s.TakeIn(w, never)
	if got := field(s, odoo.Key{0, 1}); got != `{,"in_flight":{"web":"1"}}` {
		t.Errorf("the product that is there counts as %s", got)
	}
	w.levels["NEW/WH"] = []odoo.Key{{9, 1}}
	s.TakeIn(w, never)
	if got := field(s, odoo.Key{9, 1}); got != "{}" {
		t.Errorf("it looked without a reason: %s", got)
	}
	s.TakeIn(w, func() bool { return true })
	if got := field(s, odoo.Key{9, 1}) + field(s, odoo.Key{0, 1}); got != `{,"in_flight":{"web":"2"}}{,"in_flight":{"web":"1"}}` {
		t.Errorf("both count as %s", got)
	}
}

// TestAKitThatIsNotTakenApartIsReported counts it as itself, and says of how many orders and why, until it is certain.
func TestAKitThatIsNotTakenApartIsReported(t *testing.T) {
	s, w := NewSet(), newWorld()
	w.kit, w.why = map[string]float64{"A": 2}, "two bills"
	for n := range 3 {
		s.Place(Order{Channel: "web", ExternalID: fmt.Sprint("channel_web.order_", n), Warehouse: "WH", Lines: []Line{{SKU: "D", Quantity: "1"}, {SKU: "D", Quantity: "2"}}})
	}
	s.TakeIn(w, never)
	s.LetGo("channel_web.order_2")
	if orders, kits := s.Report(); orders != 2 || len(kits) != 1 || kits[0] != (Whole{"D", "two bills", 2}) {
		t.Errorf("%d orders, of which %v", orders, kits)
	}
	s.TakeIn(w, never)
	if got := field(s, odoo.Key{3, 1}); got != `{,"in_flight":{"web":"6"}}` {
		t.Errorf("the kit counts as %s", got)
	}
	w.why = ""
	s.Again()
	s.TakeIn(w, never)
	if got := field(s, odoo.Key{0, 1}); got != "{}" {
		t.Errorf("it was looked at within a transaction: %s", got)
	}
	s.LookAgain()
	s.TakeIn(w, never)
	if got := field(s, odoo.Key{0, 1}) + field(s, odoo.Key{3, 1}); got != `{,"in_flight":{"web":"12"}}{}` {
		t.Errorf("component and kit count as %s", got)
	}
	if orders, kits := s.Report(); orders != 2 || kits != nil {
		t.Errorf("%d orders, of which %v", orders, kits)
	}
}
