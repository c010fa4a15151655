package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

var (
	whole   = lane{channel: "webshop", name: "orders"}
	partial = lane{channel: "webshop", name: "stock", fields: []string{"sku"}}
)

func deliver(e *ears, l lane, id, kind, subject string, revision int) {
	began := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	e.hear(l, outboundtest.Delivery{Received: began.Add(3 * time.Millisecond), Body: fmt.Appendf(nil,
		`{"id":%q,"type":%q,"subject":%q,"time":"2026-01-05T08:00:00Z","revision":%d,"data":{"entity":{"name":"S1","state":"sale","lines":[{}]},"changed":["state","lines"],"before":{"state":"draft","lines":[{}]}}}`,
		id, kind, subject, revision)})
}

func TestWhatComesTwiceOrNeverIsCounted(t *testing.T) {
	out := new(bytes.Buffer)
	e := newEars(&printer{out: out})
	deliver(e, whole, "a-1", "order.created", "order/S1", 1)
	deliver(e, whole, "a-2", "order.confirmed", "order/S1", 2)
	deliver(e, whole, "a-2", "order.confirmed", "order/S1", 2)
	deliver(e, whole, "a-9", "order.updated", "order/S1", 4)
	twice, gaps := e.flaws()
	if twice != 1 || gaps != 1 {
		t.Errorf("%d duplicates and %d gaps counted, want one of each", twice, gaps)
	}
	missing := e.missing([]expectation{
		{"channel.webshop.orders", "order.confirmed order/S1"}, {"channel.webshop.orders", "order.cancelled order/S1"},
	})
	if len(missing) != 1 || missing[0].kind != "order.cancelled order/S1" {
		t.Errorf("missing: %v", missing)
	}
	if total, instant := e.total(); total != 3 || len(instant) != 3 || instant[0] != 3*time.Millisecond {
		t.Errorf("%d events, latencies %v", total, instant)
	}
	if !strings.Contains(out.String(), "webshop     hears order confirmed                  S1               state draft → sale  3.0 ms") {
		t.Errorf("printed:\n%s", out)
	}
}

func TestALaneThatSeesAPartMayHaveGaps(t *testing.T) {
	e := newEars(&printer{out: new(bytes.Buffer)})
	deliver(e, partial, "a-1", "stock_level.changed", "stock_level/1/1", 1)
	deliver(e, partial, "a-4", "stock_level.changed", "stock_level/1/1", 4)
	if _, gaps := e.flaws(); gaps != 0 {
		t.Errorf("%d gaps where some events are not the lane's", gaps)
	}
}

func TestSettlingEndsWhenAllIsHeard(t *testing.T) {
	e := newEars(&printer{out: new(bytes.Buffer)})
	expected := []expectation{{"channel.webshop.orders", "order.created order/S1"}}
	heard := make(chan struct{})
	go func() { defer close(heard); deliver(e, whole, "a-1", "order.created", "order/S1", 1) }()
	if err := e.settle(context.Background(), expected, 0, time.Minute); err != nil {
		t.Fatal(err)
	}
	<-heard
	if left := e.missing(expected); len(left) != 0 {
		t.Errorf("settled with %v missing", left)
	}
}

func TestWhatIsNoEventEndsTheDemo(t *testing.T) {
	e := newEars(&printer{out: new(bytes.Buffer)})
	e.hear(whole, outboundtest.Delivery{Body: []byte("garbage")})
	if err := e.settle(context.Background(), nil, 0, time.Minute); err == nil {
		t.Error("garbage was heard in silence")
	}
}

func TestQuantilesAreOfTheNearestRank(t *testing.T) {
	var sorted []time.Duration
	for i := range 200 {
		sorted = append(sorted, time.Duration(i+1)*time.Millisecond/4)
	}
	if p50, p99 := quantile(sorted, 0.50), quantile(sorted, 0.99); p50 != "25.0 ms" || p99 != "49.5 ms" {
		t.Errorf("p50 %s, p99 %s", p50, p99)
	}
	if none := quantile(nil, 0.5); none != "-" {
		t.Errorf("of nothing: %s", none)
	}
}

func TestAThingIsToldOnceHoweverManyEventsThereWere(t *testing.T) {
	out := new(bytes.Buffer)
	p := &printer{out: out}
	of := func(kind string, changed []string, before, entity map[string]string, origin string) *event {
		e := &event{Type: kind, Subject: "shipment/1", Origin: origin, latency: 7 * time.Millisecond}
		e.Data.Changed, e.Data.Before, e.Data.Entity = changed, map[string]json.RawMessage{}, map[string]json.RawMessage{}
		for k, v := range before {
			e.Data.Before[k] = json.RawMessage(fmt.Sprintf("%q", v))
		}
		for k, v := range entity {
			e.Data.Entity[k] = json.RawMessage(fmt.Sprintf("%q", v))
		}
		return e
	}
	p.heard([]hearing{
		{channels[2].lanes[0], of("shipment.updated", []string{"tracking_references"}, map[string]string{"tracking_references": ""}, map[string]string{"name": "WH/OUT/1", "state": "assigned", "tracking_references": "1Z"}, "warehouse")},
		{channels[0].lanes[0], of("shipment.created", nil, nil, map[string]string{"name": "WH/OUT/1", "state": "assigned"}, "webshop")},
		{channels[2].lanes[0], of("shipment.shipped", []string{"state"}, map[string]string{"state": "assigned"}, map[string]string{"name": "WH/OUT/1", "state": "done", "tracking_references": "1Z"}, "warehouse")},
	})
	want := "  webshop     hears shipment created                 WH/OUT/1         state assigned, by webshop  7.0 ms\n" +
		"  warehouse   hears shipment updated, shipped        WH/OUT/1         state assigned → done, tracking 1Z, by warehouse  7.0 ms\n"
	if out.String() != want {
		t.Errorf("printed:\n%s", out)
	}
}
