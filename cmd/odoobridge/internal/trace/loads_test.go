package trace

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/jobs"
	"github.com/odoobridge/odoobridge/router/lane"
)

// loaded is an order's shop with lanes that were loaded between entries 4 and 5: what was there, what came meanwhile, what came later, and
// what was gone.
func loaded(t *testing.T) (*shop, func(*Sources)) {
	s := newShop(t)
	customer, order, gone := key("customer", 45), key("order", 42), key("shipment", 15)
	s.docs[customer] = store.Document{Entity: "customer", Key: customer.key, Subject: "customer/45", Revision: 1, LSN: 1, Body: []byte(`{"id":45}`)} // of the first reading
	draft, sale := `{"id":42,"name":"S00042","state":"draft","customer":{"id":45}}`, `{"id":42,"name":"S00042","state":"sale","customer":{"id":45}}`
	s.happens("created", order, "S00042", draft)
	s.happens("created", gone, "WH/OUT/00015", `{"id":15,"name":"WH/OUT/00015","order":{"id":42,"name":"S00042"}}`)
	s.happens("deleted", gone, "WH/OUT/00015", `{"id":15,"name":"WH/OUT/00015","order":{"id":42,"name":"S00042"}}`)
	s.happens("created", key("shipment", 16), "WH/OUT/00016", `{"id":16,"name":"WH/OUT/00016","order":{"id":42,"name":"S00042"}}`)
	s.happens("created", key("shipment", 17), "WH/OUT/00017", `{"id":17,"name":"WH/OUT/00017","order":{"id":42,"name":"S00042"}}`)
	s.happens("posted", key("invoice", 25), "25", `{"id":25,"name":"INV/5","orders":[{"id":42,"name":"S00042"}]}`)
	s.happens("confirmed", order, "S00042", sale)
	s.batch.Events[len(s.batch.Events)-1].Before = []byte(`{"state":"draft"}`)
	s.happens("updated", order, "S00042", sale)
	deleted := s.docs[gone]
	deleted.Body = []byte("null")
	s.docs[gone] = deleted
	s.stored()
	s.commit()
	all := []string{"order", "customer", "shipment", "invoice"}
	spec := func(name string, where ...string) lane.Spec {
		sp := lane.Spec{Channel: "shop", Name: name, Entities: all}
		if len(where) > 0 {
			sp.Where = map[string][]string{"state": where}
		}
		return sp
	}
	load := func(l lane.Load) string {
		if l.Entities == nil {
			l.Entities = all
		}
		l.From, l.To, l.Began, l.Ended = 4, 5, moment(4), moment(600)
		text, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := load(lane.Load{Why: lane.LoadFirst})
	cursor := func(name, state string) store.Cursor {
		return store.Cursor{Lane: "shop/" + name, Seq: s.seq, State: []byte(state), Updated: moment(900)}
	}
	cursors := []store.Cursor{
		cursor("all", `{"loads":[`+first+`]}`), cursor("drafts", `{"loads":[`+first+`]}`), cursor("sales", `{"loads":[`+first+`]}`), cursor("parked", `{"loads":[`+first+`]}`),
		cursor("changed", `{"rules":{"of":"x","from":5,"since":"`+moment(5).Format(time.RFC3339)+`"},"loads":[`+first+`]}`),
		cursor("older", `{"rules":{"of":"x","from":5,"since":"`+moment(5).Format(time.RFC3339)+`"}}`),
		cursor("twice", `{"loads":[`+load(lane.Load{Why: lane.LoadGap, Entities: []string{"order"}})+`,`+load(lane.Load{Why: lane.LoadAdded, Job: "publish-1", Entities: []string{"customer"}})+`,`+
			load(lane.Load{Why: lane.LoadAdded, Job: "publish-2", Entities: []string{"order"}})+`]}`),
		cursor("under way", `{"load":{"why":"first","began":"`+moment(7).Format(time.RFC3339)+`","entity":"customer","after":[44,0],"entities":["order","customer","invoice"]}}`),
	}
	specs := []lane.Spec{spec("all"), spec("drafts", "draft"), spec("sales", "sale"), spec("parked"), spec("changed"), spec("older"), spec("twice"), spec("under way")}
	return s, func(src *Sources) {
		src.Lanes = lanesOf(t, specs, cursors)
		src.Jobs = []jobs.Job{{ID: "publish-2", Order: jobs.Order{Kind: jobs.Publish, Channel: "shop", Lane: "twice", Entities: []string{"order"}}, Began: moment(4), Ended: moment(600), State: jobs.Done}}
		src.Parked = []jobs.Parked{{Parked: lane.Parked{Channel: "shop", Lane: "parked", Event: "0/1000-snapshot-order/S00042-r1", At: moment(100)}}}
	}
}

// linesOf are the lines of loads, by lane and in order.
func linesOf(t *Trace) (list []string) {
	for _, l := range t.Lines {
		if l.Kind == KindLoad {
			list = append(list, fmt.Sprintf("%s %s: %s", l.What, l.About, l.detail()))
		}
	}
	return list
}

// TestALanesInitialLoadIsALine tells of each lane's loads when they were and what of the order they sent.
func TestALanesInitialLoadIsALine(t *testing.T) {
	s, sources := loaded(t)
	told := s.trace(Request{Key: "S00042"}, sources)
	ended := moment(600).Format(time.DateTime)
	sent := "ended at " + ended + ", sent order/S00042 customer/45 shipment/WH/OUT/00016, perhaps sent shipment/WH/OUT/00017"
	want := []string{
		"initial load began shop/all: " + sent + ", the lane was new",
		"initial load began shop/drafts: ended at " + ended + ", sent order/S00042, the lane was new",
		"initial load began shop/parked: ended at " + ended + ", sent customer/45 shipment/WH/OUT/00016, perhaps sent shipment/WH/OUT/00017, parked order/S00042, the lane was new",
		"initial load began shop/changed: " + sent + ", as the lane is configured since " + moment(5).Format(time.DateTime) + ", the lane was new",
		"initial load began shop/twice: ended at " + ended + ", sent order/S00042, the lane began anew after a gap",
		"initial load began shop/twice: ended at " + ended + ", sent customer/45, customer came to the lane, sent by job publish-1",
		"initial load began shop/under way: under way, sent order/S00042, not yet sent customer/45 invoice/25, the lane was new",
	}
	if diff := cmp.Diff(want, linesOf(told)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if one := linesOf(s.trace(Request{Key: "S00042", Channel: "pos"}, sources)); len(one) > 0 {
		t.Errorf("of another channel: %v", one)
	}
	if it := strings.Join(linesOf(s.trace(Request{Key: "WH/OUT/00015"}, sources)), "\n"); !strings.Contains(it, "sent order/S00042") || strings.Contains(it, "00015") {
		t.Errorf("of what was gone before:\n%s", it)
	}
	var text strings.Builder
	if err := told.Print(&text); err != nil || !strings.Contains(text.String(), moment(4).Format(time.DateTime)+"  initial load began") {
		t.Errorf("%v, for a person:\n%s", err, text.String())
	}
	program, err := json.Marshal(told)
	if err != nil || !strings.Contains(string(program), `"load":{"lane":"shop/drafts","ended":"`+moment(600).Format(time.RFC3339)+`","entities":["order","customer","shipment","invoice"],"things":[{"subject":"order/S00042","sent":"sent"}]}`) {
		t.Errorf("%v, for a program:\n%s", err, program)
	}
}

// TestALoadOfWhatRetentionHasTakenIsNotMadeUp trims what tells whether a thing was there at the load.
func TestALoadOfWhatRetentionHasTakenIsNotMadeUp(t *testing.T) {
	s, sources := loaded(t)
	if _, err := s.store.TrimJournal(t.Context(), 7, moment(1000)); err != nil {
		t.Fatal(err)
	}
	only := func(src *Sources) {
		sources(src)
		src.Lanes = src.Lanes[:1]
	}
	want := []string{
		// The customer never changed. The shipments' and the invoice's newest entries are known by their documents: before the load, in its
		// time, and after it.
		"initial load began shop/all: ended at " + moment(600).Format(time.DateTime) + ", sent customer/45 shipment/WH/OUT/00016, perhaps sent order/S00042 shipment/WH/OUT/00017, the lane was new",
	}
	if diff := cmp.Diff(want, linesOf(s.trace(Request{Key: "S00042"}, only))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestALoadOfLongAgoIsLookedForAsFarAsIsAskedFor has more events since the load than are looked at unasked.
func TestALoadOfLongAgoIsLookedForAsFarAsIsAskedFor(t *testing.T) {
	s, sources := loaded(t)
	for range mostPast {
		s.happens("updated", key("order", 42), "S00042", s.orderBody())
	}
	s.stored()
	s.commit()
	for events, want := range map[int]string{0: "perhaps sent order/S00042", 2 * mostPast: "sent order/S00042 customer/45"} {
		if got := linesOf(s.trace(Request{Key: "S00042", Events: events}, sources)); !strings.Contains(got[0], ", "+want) {
			t.Errorf("%d events: %s, want %q", events, got[0], want)
		}
	}
}
