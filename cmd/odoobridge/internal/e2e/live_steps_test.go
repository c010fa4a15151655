package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// stepped is a warehouse of the test's own that picks before it ships.
type stepped struct {
	id                int64
	code              string
	picking, shipping int64 // operation types
}

// openWarehouse makes one, and archives it afterwards. With the second warehouse of a company Odoo has everybody see places and
// warehouses, and keeps the former on: where there is one alone, none is made.
func (a *atHand) openWarehouse() (far stepped) {
	a.t.Helper()
	ctx := context.Background()
	if several := a.found("stock.warehouse", odoo.Domain{{"company_id", "=", a.company}}, "id"); len(several) < 2 && a.server == nil {
		a.t.Log("no warehouse in several steps: the company has one warehouse alone, and a second one would change what everybody sees")
		return far
	}
	if may, err := a.client.HasAccess(ctx, "stock.warehouse", "create", a.context); err != nil || !may {
		a.t.Logf("no warehouse in several steps: %s may make none (%v)", a.login, err)
		return far
	}
	far.code = strings.ToUpper(a.name[len(a.name)-5:])
	var err error
	if far.id, err = a.client.Create(ctx, "stock.warehouse", map[string]any{"name": a.name, "code": far.code, "company_id": a.company, "delivery_steps": "pick_ship"}, a.context); err != nil {
		a.t.Fatalf("make a warehouse: %v", err)
	}
	a.t.Cleanup(func() {
		if err := a.client.Write(ctx, "stock.warehouse", []int64{far.id}, map[string]any{"active": false}, a.context); err != nil {
			a.t.Errorf("archive the warehouse %s: %v", far.code, err)
		}
	})
	a.far = far.code
	made := a.one("stock.warehouse", odoo.Domain{{"id", "=", far.id}}, "pick_type_id", "out_type_id")
	far.picking, far.shipping = made.Ref("pick_type_id"), made.Ref("out_type_id")
	return far
}

// pickAndShip ships from there. Until 17 the shipment is there from the beginning and waits for what is picked, as its confirmation
// does; from 18 on it is made when something is.
func (s *story) pickAndShip(far stepped) {
	s.t.Helper()
	if far.id == 0 {
		return
	}
	s.countAt("far opening", far.code, 5)
	s.levelIs(far.id)
	wanted := s.order("o4", 2)
	wanted["warehouse"] = far.code
	s.apply("order.place", "o4", wanted)
	s.levelIs(far.id)
	if s.release < 18 {
		s.want("parked", "shipment.confirm", "far", "far", map[string]any{"shipment": s.transfer("o4", far.shipping)})
	}
	s.apply("shipment.confirm", "far picked", map[string]any{"shipment": s.transfer("o4", far.picking)})
	shipment := map[string]any{"shipment": s.transfer("o4", far.shipping)}
	if s.release < 18 {
		s.results.becomes(s.t.(*testing.T), "shipment.confirm/far", "applied")
	} else {
		s.levelIs(far.id)
		s.apply("shipment.confirm", "far", shipment)
	}
	s.heard.hears(fmt.Sprintf("shipment.shipped shipment/%s", shipment["shipment"]))
	s.levelIs(far.id)
	s.countAt("far closing", far.code, 0)
}

// transfer is the name of an order's only one of an operation type.
func (s *story) transfer(order string, kind int64) string {
	s.t.Helper()
	of := s.orderIs(order, "sale").Refs("picking_ids")
	return s.one("stock.picking", odoo.Domain{{"id", "in", of}, {"picking_type_id", "=", kind}}, "name").Text("name")
}

// levelIs waits until the channel's last word of the thing in a warehouse is what Odoo computes.
func (s *story) levelIs(warehouse int64) {
	s.t.Helper()
	within := odoo.Context(s.context, map[string]any{"warehouse": warehouse, "warehouse_id": warehouse})
	rows, err := s.client.Read(s.t.Context(), "product.product", []int64{s.product}, []string{"qty_available", "free_qty", "incoming_qty", "outgoing_qty", "virtual_available"}, within)
	if err != nil {
		s.t.Fatalf("read the stock: %v", err)
	}
	want, got := fmt.Sprintf("%s on hand, %s available, %s to come, %s to go, %s in the end", decimal(rows[0].Number("qty_available")), decimal(rows[0].Number("free_qty")),
		decimal(rows[0].Number("incoming_qty")), decimal(rows[0].Number("outgoing_qty")), decimal(rows[0].Number("virtual_available"))), ""
	subject := fmt.Sprintf("stock_level/%d/%d", s.product, warehouse)
	testkit.Eventually(s.t, patience, func() bool {
		for _, e := range s.heard.from(0) {
			var l struct {
				OnHand                                  string `json:"on_hand"`
				Available, Incoming, Outgoing, Forecast string
			}
			if e.Subject == subject && json.Unmarshal(e.Data.Entity, &l) == nil {
				got = fmt.Sprintf("%s on hand, %s available, %s to come, %s to go, %s in the end", l.OnHand, l.Available, l.Incoming, l.Outgoing, l.Forecast)
			}
		}
		return got == want
	}, func() string { return fmt.Sprintf("heard of %s: %s; Odoo has %s", subject, got, want) })
}
