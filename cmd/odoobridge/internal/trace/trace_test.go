package trace

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/router/jobs"
	"github.com/odoobridge/odoobridge/router/lane"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shop is a store and a ledger in which things happen by hand.
type shop struct {
	t      testing.TB
	store  *sqlite.Store
	ledger store.Ledger
	batch  store.Batch
	seq    int64
	docs   map[ident]store.Document
}

func newShop(t testing.TB) *shop {
	t.Helper()
	s := &shop{t: t, docs: map[ident]store.Document{}}
	var err error
	if s.store, err = sqlite.Open(t.Context(), sqlite.Options{Path: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	if s.ledger, err = ledger.Open(t.Context(), ledger.Options{Path: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
		if err := s.ledger.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// happens journals an event of a document; the document itself waits until stored.
func (s *shop) happens(what string, id ident, name, body string) {
	d := s.docs[id]
	s.seq++
	d.Entity, d.Key, d.Subject, d.Revision, d.Body = id.entity, id.key, id.entity+"/"+name, d.Revision+1, []byte(body)
	s.batch.Events = append(s.batch.Events, store.Event{
		Seq: s.seq, Timeline: 1, LSN: 0x1000, Ordinal: int(s.seq), Time: moment(s.seq), Entity: d.Entity, What: what, Key: d.Key, Subject: d.Subject,
		Revision: d.Revision, Body: d.Body, Changed: []string{"state"}, Previous: d.Last,
	})
	d.Last = s.seq
	s.docs[id] = d
}

func moment(n int64) time.Time { return time.Unix(1_790_000_000+n, 0).UTC() }

// stored writes the documents to their table.
func (s *shop) stored() {
	for _, d := range s.docs {
		s.batch.Documents = append(s.batch.Documents, d)
	}
}

func (s *shop) commit() {
	s.t.Helper()
	if err := s.store.Write(s.t.Context(), &s.batch); err != nil {
		s.t.Fatal(err)
	}
	if err := s.store.Commit(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	s.batch = store.Batch{}
}

func (s *shop) trace(req Request, change ...func(*Sources)) *Trace {
	s.t.Helper()
	src := &Sources{Store: s.store, Commands: s.ledger, Checkpoint: s.seq, Now: moment(1000)}
	for _, c := range change {
		c(src)
	}
	t, err := Run(s.t.Context(), src, req)
	if err != nil {
		s.t.Fatal(err)
	}
	return t
}

// whys are the trace's documents with their reasons.
func (t *Trace) whys() (list []string) {
	for _, thing := range t.Things {
		list = append(list, thing.Subject+": "+thing.Why)
	}
	slices.Sort(list)
	return list
}

func key(entity string, k ...int64) ident {
	id := ident{entity: entity}
	copy(id.key[:], k)
	return id
}

// business is one order with all that may belong to it, and another one beside it.
func (s *shop) business() {
	s.happens("created", key("customer", 45), "45", `{"id":45,"name":"Secret Person","active":true,"external_ids":{"shopify":"customer_7001"}}`)
	s.happens("created", key("order", 42), "S00042", `{"id":42,"name":"S00042","state":"sale","client_order_ref":"#5001","customer":{"id":45,"partner_id":45,"name":"Secret Person"},"lines":[{"id":7}]}`)
	s.happens("created", key("order", 43), "S00043", `{"id":43,"name":"S00043","state":"draft","client_order_ref":"#5002","customer":{"id":46,"partner_id":46,"name":"Other"},"lines":[{"id":42}]}`)
	s.happens("created", key("shipment", 15), "WH/OUT/00015", `{"id":15,"name":"WH/OUT/00015","state":"done","tracking_references":["T-1","T-2"],"order":{"id":42,"name":"S00042"},"lines":[]}`)
	s.happens("created", key("shipment", 42), "WH/OUT/00042", `{"id":42,"name":"WH/OUT/00042","state":"done","order":{"id":43,"name":"S00043"},"lines":[]}`)
	s.happens("created", key("return", 6), "WH/IN/00006", `{"id":6,"name":"WH/IN/00006","state":"done","shipment":{"id":15,"name":"WH/OUT/00015"},"order":null}`)
	s.happens("posted", key("invoice", 25), "25", `{"id":25,"name":"INV/2026/00005","state":"posted","orders":[{"id":42,"name":"S00042"}]}`)
	s.happens("posted", key("refund", 26), "26", `{"id":26,"name":"RINV/2026/00001","state":"posted","reversal_of":{"id":25,"name":"INV/2026/00005"},"orders":[]}`)
	s.happens("registered", key("payment", 1), "1", `{"id":1,"name":"PBNK1/1","invoices":[{"id":25,"entity":"invoice","name":"INV/2026/00005"}]}`)
	s.happens("registered", key("payment", 7, 1), "transaction-7", `{"id":7,"name":"S00042-1","invoices":[],"orders":[{"id":42,"name":"S00042"}]}`)
	s.happens("created", key("product", 17), "17", `{"id":17,"sku":"SKU-17","barcode":"4006381000017","name":"Lamp"}`)
	s.happens("changed", key("stock_level", 17, 1), "17/1", `{"product_id":17,"sku":"SKU-17","warehouse":"WH","on_hand":"5"}`)
	s.happens("changed", key("stock_level", 17, 2), "17/2", `{"product_id":17,"sku":"SKU-17","warehouse":"W2","on_hand":"0"}`)
	s.happens("changed", key("stock_level", 18, 1), "18/1", `{"product_id":18,"sku":"SKU-18","warehouse":"WH","on_hand":"1"}`)
	for list := range int64(3) {
		for product := int64(16); product <= 18; product++ {
			s.happens("changed", key("price", list, product), fmt.Sprintf("%d/%d", list, product), fmt.Sprintf(`{"pricelist_id":%d,"product_id":%d,"price":"9"}`, list, product))
		}
	}
}

func (s *shop) orderBody() string { return string(s.docs[key("order", 42)].Body) }

var wholeOrder = []string{
	"customer/45: customer of order/S00042", "invoice/25: bills order/S00042", "payment/1: pays invoice/25", "payment/transaction-7: pays order/S00042",
	"refund/26: takes back invoice/25", "return/WH/IN/00006: brings back goods of shipment/WH/OUT/00015", "shipment/WH/OUT/00015: ships order/S00042",
}

// TestWhatBelongsToAnOrderIsFoundWhereverItIs looks while documents wait in memory, when some do, and when all are in their table.
func TestWhatBelongsToAnOrderIsFoundWhereverItIs(t *testing.T) {
	want := append([]string{"order/S00042: asked for"}, wholeOrder...)
	slices.Sort(want)
	s := newShop(t)
	s.business()
	s.commit()
	waiting := func(src *Sources) { src.Checkpoint = 0 }
	if diff := cmp.Diff(want, s.trace(Request{Key: "S00042"}, waiting).whys()); diff != "" {
		t.Errorf("all wait in memory (-want +got):\n%s", diff)
	}
	checkpoint := s.seq
	s.stored()
	s.happens("updated", key("order", 42), "S00042", `{"id":42,"name":"S00042","state":"cancel","customer":{"id":45}}`)
	s.commit()
	some := s.trace(Request{Key: "order/S00042"}, func(src *Sources) { src.Checkpoint = checkpoint })
	if diff := cmp.Diff(want, some.whys()); diff != "" || some.Things[0].State["state"] != "cancel" || some.Things[0].Revision != 2 {
		t.Errorf("one waits in memory: %+v (-want +got):\n%s", some.Things[0], diff)
	}
	s.stored()
	s.commit()
	all := s.trace(Request{Key: "S00042"})
	if diff := cmp.Diff(want, all.whys()); diff != "" {
		t.Errorf("all are in their table (-want +got):\n%s", diff)
	}
	if n := len(all.Lines); n != 9 {
		t.Errorf("%d lines, want 9: %+v", n, all.Lines)
	}
}

// TestEveryNameOfAThingIsAKey asks by what people have at hand.
func TestEveryNameOfAThingIsAKey(t *testing.T) {
	s := newShop(t)
	s.business()
	s.stored()
	s.commit()
	for key, want := range map[string]string{
		"WH/OUT/00015": "shipment/WH/OUT/00015", "shipment/WH/OUT/00015": "shipment/WH/OUT/00015", "INV/2026/00005": "invoice/25", "invoice/25": "invoice/25",
		"PBNK1/1": "payment/1", "#5001": "order/S00042", "T-2": "shipment/WH/OUT/00015", "SKU-17": "product/17", "4006381000017": "product/17", "7001": "customer/45",
		"customer_7001": "customer/45", "45": "customer/45", "payment/transaction-7": "payment/transaction-7", "stock_level/17/1": "stock_level/17/1",
	} {
		got := s.trace(Request{Key: key})
		if len(got.Things) == 0 || got.Things[0].Subject != want || got.Things[0].Why != "asked for" {
			t.Errorf("%s: %v, want %s", key, got.whys(), want)
		}
	}
	for _, key := range []string{"Secret Person", "Lamp", "S0004", "5001", ""} {
		if got := s.trace(Request{Key: key}); len(got.Things) > 0 || len(got.Lines) > 0 {
			t.Errorf("%q is no name of anything, and gives %v", key, got.whys())
		}
	}
	if diff := cmp.Diff([]string{"price/0/17: price of product/17", "price/1/17: price of product/17", "price/2/17: price of product/17", "product/17: asked for",
		"stock_level/17/1: stock of product/17", "stock_level/17/2: stock of product/17"}, s.trace(Request{Key: "SKU-17"}).whys()); diff != "" {
		t.Errorf("a product (-want +got):\n%s", diff)
	}
	customer := s.trace(Request{Key: "customer/45"}).whys()
	if !slices.Contains(customer, "order/S00042: order of customer/45") || slices.ContainsFunc(customer, func(w string) bool { return strings.HasPrefix(w, "order/S00043") }) {
		t.Errorf("a customer: %v", customer)
	}
}

// TestALanesShareInAnEventIsTold has one lane for each thing that may become of an event.
func TestALanesShareInAnEventIsTold(t *testing.T) {
	s := newShop(t)
	s.business()
	s.happens("updated", key("order", 42), "S00042", s.orderBody())
	s.stored()
	s.commit()
	lanes := func(src *Sources) {
		spec := func(name string, entities ...string) lane.Spec {
			return lane.Spec{Channel: "shop", Name: name, Entities: entities}
		}
		waits, paced, where, unseen := spec("waits", "order"), spec("paced", "order"), spec("where", "order"), spec("unseen", "order")
		where.Where, unseen.Fields, paced.Pace = map[string][]string{"state": {"cancel"}}, []string{"name"}, config.Pace{Conflate: time.Hour}
		held := paced
		held.Name = "held"
		rules := func(from int64, anew string) []byte {
			return fmt.Appendf(nil, `{"rules":{"of":"x","from":%d,"since":%q,"anew":%q}}`, from, moment(500).Format(time.RFC3339), anew)
		}
		src.Lanes = lanesOf(t, []lane.Spec{spec("as then", "order"), spec("changed", "order"), spec("first", "order"), spec("gap", "order"), spec("done", "order"), waits, paced, held, where, unseen, spec("parked", "order"), spec("none", "shipment"), spec("new", "order")}, []store.Cursor{
			{Lane: "shop/done", Seq: s.seq}, {Lane: "shop/waits", Seq: 1}, {Lane: "shop/paced", Seq: s.seq}, {Lane: "shop/held", Seq: 1}, {Lane: "shop/parked", Seq: s.seq},
			{Lane: "shop/as then", Seq: s.seq, State: rules(0, "")}, {Lane: "shop/changed", Seq: s.seq, State: rules(s.seq, "")},
			{Lane: "shop/first", Seq: s.seq, State: rules(s.seq, lane.AnewFirst)}, {Lane: "shop/gap", Seq: s.seq, State: rules(s.seq, lane.AnewGap)},
			{Lane: "shop/where", Seq: s.seq, State: rules(1, "")}, {Lane: "shop/unseen", Seq: s.seq, State: rules(s.seq, "")},
		})
		src.Lanes[5].Note = "blocked: alarm"
		src.Parked = []jobs.Parked{{ID: "ab12", Parked: lane.Parked{Channel: "shop", Lane: "parked", Event: fmt.Sprintf("1-0/1000-%d", s.seq), Code: "message_too_large"}}}
	}
	got := map[string]string{}
	traced := s.trace(Request{Key: "S00042", Channel: "shop"}, lanes)
	for _, l := range traced.Lines {
		for _, d := range l.Lanes {
			if l.About == "order/S00042" {
				got[d.Lane] = strings.TrimSpace(d.Fate + " " + d.Note)
			}
		}
	}
	if diff := cmp.Diff(map[string]string{
		"shop/as then": "delivered", "shop/changed": "delivered as the lane is configured since 2026-09-21 14:21:40", "shop/first": "before first started 2026-09-21 14:21:40",
		"shop/gap":  "before or sent before the gap, after which the lane began anew 2026-09-21 14:21:40",
		"shop/done": "delivered as the lane is configured today", "shop/waits": "waiting blocked: alarm", "shop/paced": "covered as the lane is configured today", "shop/held": "held",
		"shop/where": "filtered", "shop/unseen": "unseen as the lane is configured since 2026-09-21 14:21:40",
		"shop/new": "waiting the lane was never started", "shop/parked": "parked message_too_large: `odoobridge parked show ab12`",
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWhatIsGoneIsNotTakenForNothing trims the journal, and deletes an order.
func TestWhatIsGoneIsNotTakenForNothing(t *testing.T) {
	s := newShop(t)
	order := key("order", 42)
	for range 5 {
		s.happens("updated", order, "S00042", `{"id":42,"name":"S00042","state":"draft"}`)
	}
	s.happens("deleted", order, "S00042", `{"id":42,"name":"S00042","state":"draft"}`)
	d := s.docs[order]
	d.Body = []byte("null")
	s.docs[order] = d
	s.stored()
	s.commit()
	if got := s.trace(Request{Key: "S00042"}); len(got.Things) != 1 || !got.Things[0].Gone || len(got.Lines) != 6 {
		t.Errorf("what was deleted: %+v", got)
	}
	few := s.trace(Request{Key: "S00042", Events: 2})
	if len(few.Lines) != 2 || !strings.Contains(fmt.Sprint(few.Notes), "the newest 2 are here") {
		t.Errorf("the newest two: %+v", few)
	}
	for upTo, note := range map[int64]string{3: "no more than from revision 4 on", 6: "retention has taken all events of it"} {
		if _, err := s.store.TrimJournal(t.Context(), upTo, moment(1000)); err != nil {
			t.Fatal(err)
		}
		if got := s.trace(Request{Key: "S00042"}); !strings.Contains(fmt.Sprint(got.Notes), note) {
			t.Errorf("trimmed up to %d, the notes are %v, want %q", upTo, got.Notes, note)
		}
		if upTo == 6 {
			break
		}
	}
}

// TestCommandsThatNamedAnOrderAreFound has one that made it, one that waits, and one that was refused.
func TestCommandsThatNamedAnOrderAreFound(t *testing.T) {
	s := newShop(t)
	s.business()
	s.happens("updated", key("order", 42), "S00042", `{"id":42,"name":"S00042","state":"sale","external_ids":{"shopify":"order_5001"}}`)
	s.stored()
	s.commit()
	claim := func(id, name, subject string, keys ...string) {
		c := &store.Command{Channel: "shopify", ID: id, Name: name, Subject: subject, Workload: "orders", Body: []byte(`{"secret":1}`), Keys: keys, Received: moment(1)}
		if _, err := s.ledger.Claim(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	claim("o-1", "order.place", "5001", "order/shopify/5001")
	claim("p-1", "payment.record", "tx-9", "payment/shopify/card/tx-9", "order/shopify/5001")
	claim("o-2", "order.place", "50011", "order/shopify/50011")
	bound := &store.Settlement{Bindings: []store.Binding{{ExternalID: "channel_shopify.customer_gid~2F9", Model: "res.partner", Record: 45}}}
	settle := func(state store.CommandState, waits ...string) {
		taken, err := s.ledger.Take(context.Background(), "orders", 1, moment(5))
		if err != nil || len(taken) != 1 {
			t.Fatal(taken, err)
		}
		if err := s.ledger.Settle(t.Context(), &store.Settlement{Seq: taken[0].Seq, State: state, Now: moment(6), Due: moment(60), WaitsFor: waits, Bindings: bound.Bindings,
			Odoo: store.OdooRecord{Model: "sale.order", ID: 42, Name: "S00042"}, Audit: []store.AuditEntry{{Time: moment(6), Actor: "channel shopify", Action: string(state), Channel: "shopify", ID: taken[0].ID}}}); err != nil {
			t.Fatal(err)
		}
	}
	settle(store.CommandApplied)
	if got := s.trace(Request{Key: "gid/9"}, func(src *Sources) { src.Channels = []string{"pos", "shopify"} }).Things; len(got) == 0 || got[0].Subject != "customer/45" {
		t.Errorf("a customer that the ledger alone knows: %+v", got)
	}
	var got []string
	for _, l := range s.trace(Request{Key: "WH/OUT/00015"}).Lines {
		if l.Command != nil {
			got = append(got, fmt.Sprintf("%s %s: %s, %s", l.What, l.About, l.Detail, l.Why))
		}
	}
	want := []string{
		"order.place received shopify o-1: subject 5001, its record is S00042", "payment.record received shopify p-1: subject tx-9, named order/S00042",
		"payment.record is in line shopify p-1: , named order/S00042", "applied shopify o-1: , its record is S00042",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func lanesOf(t *testing.T, specs []lane.Spec, cursors []store.Cursor) []Lane {
	t.Helper()
	lanes, err := LanesOf(specs, cursors)
	if err != nil {
		t.Fatal(err)
	}
	return lanes
}

// TestWhereACustomerLivesIsNoStateOfHis has the same name for an order's state and for that of an address.
func TestWhereACustomerLivesIsNoStateOfHis(t *testing.T) {
	body := []byte(`{"state":"NY","active":true}`)
	if got := stateOf("customer", body); got["state"] != "" || got["active"] != "true" {
		t.Errorf("of a customer %v", got)
	}
	if got := stateOf("order", body); got["state"] != "NY" {
		t.Errorf("of an order %v", got)
	}
}
