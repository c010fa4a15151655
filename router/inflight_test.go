package router_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/held"
	"github.com/odoobridge/odoobridge/schema"
)

// counting is a house that counts orders in flight.
type counting struct {
	*house
	lsn    change.LSN
	orders *change.Relation
	names  *change.Relation
}

func newCounting(t *testing.T) *counting {
	h := newHouse(t, nil)
	h.held = held.NewSet()
	h.reopen()
	return &counting{house: h, lsn: 2000, orders: h.relation("sale_order"), names: h.relation("ir_model_data")}
}

func orderOf(n, product, quantity int) held.Order {
	return held.Order{Channel: "web", ExternalID: fmt.Sprintf("channel_web.order_%d", n), Company: 1, Warehouse: "WH",
		Lines: []held.Line{{SKU: fmt.Sprintf("SKU-%d", product), Quantity: fmt.Sprint(quantity)}}}
}

// tx applies a transaction of the channel's own user.
func (c *counting) tx(changes ...change.Change) {
	c.t.Helper()
	c.apply([]change.Piece{c.piece(changes...)})
}

func (c *counting) piece(changes ...change.Change) change.Piece {
	c.lsn += 8
	return change.Piece{XID: uint32(c.lsn), Timeline: 1, CommitTime: time.Unix(int64(c.lsn), 0), Last: true, End: c.lsn, Changes: changes}
}

// quotation is what Odoo writes when the bridge makes an order.
func (c *counting) quotation(n int) []change.Change {
	id := fmt.Sprint(n)
	return []change.Change{c.order(n, "draft", change.Insert), {Kind: change.Insert, Relation: c.names, New: imageOf(c.names, map[string]string{
		"id": id, "model": "sale.order", "res_id": id, "module": "channel_web", "name": "order_" + id})}}
}

func (c *counting) order(n int, state string, kind change.Kind) change.Change {
	values := map[string]string{"id": fmt.Sprint(n), "name": fmt.Sprint("S", n), "state": state, "warehouse_id": "1", "company_id": "1",
		"write_uid": "77", "write_date": state}
	if kind == change.Delete {
		return change.Change{Kind: kind, Relation: c.orders, Old: imageOf(c.orders, map[string]string{"id": fmt.Sprint(n)})}
	}
	return change.Change{Kind: kind, Relation: c.orders, New: imageOf(c.orders, values)}
}

// level is the product's quant.
func (c *counting) level(product, quantity, reserved int) change.Change {
	id := fmt.Sprint(product)
	return change.Change{Kind: change.Update, Relation: c.quant, New: imageOf(c.quant, map[string]string{"id": id, "product_id": id, "location_id": "8",
		"quantity": fmt.Sprint(quantity), "reserved_quantity": fmt.Sprint(reserved), "write_uid": "77", "write_date": fmt.Sprint(c.lsn)})}
}

// tell runs KeepFlight until what is known is told.
func (c *counting) tell() {
	c.t.Helper()
	ctx, stop := context.WithCancel(c.t.Context())
	kept := make(chan error, 1)
	go func() { kept <- c.router.KeepFlight(ctx) }()
	// It is told when it has taken this from the news and found nothing left to do.
	for range 2 {
		c.held.LetGo("nobody's")
		for deadline := time.Now().Add(time.Minute); len(c.held.News()) > 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				c.t.Fatal("it is not told")
			}
		}
	}
	stop()
	if err := <-kept; err != nil {
		c.t.Fatal(err)
	}
}

// heard is the journal of levels: available, in flight, revision and whose doing.
func (c *counting) heard() (list []string) {
	c.t.Helper()
	seen := map[string]bool{}
	if err := c.store.Events(c.t.Context(), 0, 1e6, func(e store.Event) bool {
		if id := fmt.Sprint(e.LSN, e.Ordinal); seen[id] {
			c.t.Errorf("%s is there twice", id)
		} else {
			seen[id] = true
		}
		if e.Entity == "stock_level" {
			text := fmt.Sprintf("%s %s %s r%d %s", strings.TrimSuffix(e.Subject, "/1"), schema.Field(e.Body, "available"), schema.Field(e.Body, "in_flight"), e.Revision, e.Origin)
			list = append(list, strings.TrimSpace(strings.ReplaceAll(text, "stock_level/", "")))
		}
		return true
	}); err != nil {
		c.t.Fatal(err)
	}
	return list
}

func (c *counting) expect(want ...string) {
	c.t.Helper()
	if d := cmp.Diff(want, c.heard()); d != "" {
		c.t.Error(d)
	}
}

// TestAnOrderCountsOnceAtEveryMoment: from when it is accepted the level counts it, and no more from the
// very transaction on in which Odoo does.
func TestAnOrderCountsOnceAtEveryMoment(t *testing.T) {
	c := newCounting(t)
	c.held.Place(orderOf(9001, 5, 2))
	c.tell()
	told := []string{`5 "100" {"web":"2"} r2`}
	c.expect(told...)
	c.tx(c.quotation(9001)...)
	c.expect(told...)
	c.tx(c.level(5, 103, 0)) // an older number: three came in, and Odoo knows nothing of the order
	told = append(told, `5 "103" {"web":"2"} r3 web`)
	c.expect(told...)
	c.tx(c.order(9001, "sale", change.Update), c.level(5, 103, 2))
	told = append(told, `5 "101"  r4 web`)
	c.expect(told...)
	if d := cmp.Diff([]string{"channel_web.order_9001"}, c.held.Over()); d != "" {
		t.Error(d)
	}
	c.tell()
	c.expect(told...)
}

// TestWhatEndsAnOrderLetsItsStockGo: cancelled or deleted in Odoo, or let go.
func TestWhatEndsAnOrderLetsItsStockGo(t *testing.T) {
	for name, end := range map[string]func(*counting){
		"cancelled": func(c *counting) { c.tx(c.order(9001, "cancel", change.Update)) },
		"deleted":   func(c *counting) { c.tx(c.order(9001, "", change.Delete)) },
		"let go":    func(c *counting) { c.held.LetGo("channel_web.order_9001"); c.tell() },
		"replaced":  func(c *counting) { c.held.Place(orderOf(9001, 7, 1)); c.tell() },
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounting(t)
			c.held.Place(orderOf(9001, 5, 2))
			c.held.Place(orderOf(9002, 5, 4))
			c.tell()
			c.tx(c.quotation(9001)...)
			end(c)
			heard := c.heard()
			if len(heard) < 2 || !strings.HasPrefix(heard[1], `5 "100" {"web":"4"} r3`) {
				t.Errorf("heard %q", heard)
			}
		})
	}
}

// TestNewsWithinATransactionIsNobodysDoing: a level that differs for an order too is told to the
// channel that caused the transaction.
func TestNewsWithinATransactionIsNobodysDoing(t *testing.T) {
	c := newCounting(t)
	c.held.Place(orderOf(9001, 5, 2))
	c.tx(c.level(5, 90, 0), c.level(6, 90, 0))
	c.expect(`5 "90" {"web":"2"} r2`, `6 "90"  r2 web`)
	c.tell()
	c.expect(`5 "90" {"web":"2"} r2`, `6 "90"  r2 web`)
}

// TestOrdersInFlightSurviveACrash: channels are told exactly what differs from what they were told last.
func TestOrdersInFlightSurviveACrash(t *testing.T) {
	c := newCounting(t)
	for n := 1; n <= 3; n++ {
		c.held.Place(orderOf(9000+n, n, 1))
		c.tx(c.quotation(9000 + n)...)
	}
	c.tell()
	told := []string{`1 "100" {"web":"1"} r2`, `2 "100" {"web":"1"} r2`, `3 "100" {"web":"1"} r2`}
	c.expect(told...)

	// The second is confirmed, and the store fails: nothing of it happened, and then all of it at once.
	c.breaks = true
	confirm := c.piece(c.order(9002, "sale", change.Update), c.level(2, 100, 1))
	if err := c.router.Apply(t.Context(), []change.Piece{confirm}); err == nil {
		t.Fatal("the commit did not fail")
	}
	c.reopen()
	c.tell()
	c.expect(told...)
	c.apply([]change.Piece{confirm})
	told = append(told, `2 "99"  r3 web`)
	c.expect(told...)

	// The bridge was down when the third was rejected: it is not among those that are placed again.
	c.held = held.NewSet()
	c.held.Place(orderOf(9001, 1, 1))
	c.held.Place(orderOf(9002, 2, 1))
	c.reopen()
	c.tell()
	told = append(told, `3 "100"  r3`)
	c.expect(told...)

	// No lane asks any more.
	c.held = held.NewSet()
	c.reopen()
	c.tell()
	told = append(told, `1 "100"  r3`)
	c.expect(told...)
	if text, _, err := c.store.Meta(t.Context(), "in_flight"); err != nil || text != "" {
		t.Errorf("the store is still looked through at every start: %q, %v", text, err)
	}
}
