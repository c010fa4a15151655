package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// TestATransferThatAPersonDidAtThisMomentIsNotChanged has a person validate or cancel a transfer after the bridge has read it and before it
// writes. Odoo would let what is done be changed, and goods move with it.
func TestATransferThatAPersonDidAtThisMomentIsNotChanged(t *testing.T) {
	for name, c := range map[string]struct {
		button, data string
		kind         command.Kind
		code         string
	}{
		"shipped in part":       {"button_validate", `{"shipment":%q,"lines":[{"sku":"FILTER-100","quantity":"1"}]}`, command.Parked, schema.CodeLateConfirmation},
		"shipped whole":         {"button_validate", `{"shipment":%q}`, command.Applied, ""},
		"cancelled":             {"action_cancel", `{"shipment":%q}`, command.Parked, schema.CodeLateConfirmation},
		"received in part":      {"button_validate", `{"request":%q,"lines":[{"sku":"FILTER-100","quantity":"1"}]}`, command.Parked, schema.CodeLateConfirmation},
		"received whole":        {"button_validate", `{"request":%q}`, command.Applied, ""},
		"not expected any more": {"action_cancel", `{"request":%q}`, command.Parked, schema.CodeLateConfirmation},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			kind, what, transfer := "shipment.confirm", "write shipment", ""
			if strings.Contains(c.data, "request") {
				kind, what, transfer = "return.receive", "write receipt", "5001"
				l.shippedOrder(1)
				l.applied("return.request", transfer, `{"order":"5001","lines":[{"line":"a","quantity":"2"}]}`)
			} else {
				l.applied("order.place", "5001", anOrder(1, ""))
				transfer = l.shipment(1)
			}
			picking := int64(l.count("SELECT max(id) FROM stock_picking"))
			moved := "SELECT coalesce(string_agg(product_id || ': ' || quantity || ' ' || state, ', ' ORDER BY id), '') FROM stock_move WHERE picking_id = $1"
			after := ""
			l.at = func(step string) error {
				if step == "before "+what && after == "" {
					if _, err := l.x.odoo.Run(context.Background(), "stock.picking", c.button, []int64{picking}, nil); err != nil {
						t.Error(err)
					}
					after = l.text(moved, picking) + l.level()
				}
				return nil
			}
			if _, err := l.send(kind, "1", fmt.Sprintf(c.data, transfer)); err == nil || !strings.Contains(err.Error(), errOvertaken.Error()) {
				t.Errorf("the first attempt ends with %v", err)
			}
			if c.kind == command.Applied {
				l.applied(kind, "1", fmt.Sprintf(c.data, transfer))
			} else {
				l.stopped(c.kind, c.code, kind, "1", fmt.Sprintf(c.data, transfer))
			}
			if got := l.text(moved, picking) + l.level(); got != after || after == "" {
				t.Errorf("the transfer and the stock are %q, and were %q after the person", got, after)
			}
		})
	}
}

// TestACustomerWhomAPersonMergesAtThisMomentIsFollowed has a customer merged after the bridge has looked him up and before it uses what it
// found. One who is deleted so is missed at the next attempt.
func TestACustomerWhomAPersonMergesAtThisMomentIsFollowed(t *testing.T) {
	ordered := strings.Replace(anOrder(1, ""), `"guest":{"name":"Gast 1","email":"gast1@example.test"}`, `"customer":"1"`, 1)
	for _, c := range []struct{ kind, subject, data, step string }{
		{"order.place", "5001", ordered, "load order"}, {"customer.upsert", "1", `{"name":"Known","phone":"1"}`, "write customer"},
	} {
		t.Run(c.kind, func(t *testing.T) {
			l := newLab(t)
			known := l.applied("customer.upsert", "1", `{"name":"Known","email":"known@example.test"}`).Odoo.ID
			heir := l.applied("customer.upsert", "2", `{"name":"Heir","email":"heir@example.test"}`).Odoo.ID
			merged := false
			l.at = func(step string) error {
				if step == "before "+c.step && !merged {
					merged = true
					l.merge(known, heir)
				}
				return nil
			}
			if out, err := l.send(c.kind, c.subject, c.data); !errors.Is(err, errVanished) || !merged {
				t.Errorf("the first attempt ends with %+v, %v", out, err)
			}
			out := l.applied(c.kind, c.subject, c.data)
			if n := l.count("SELECT count(*) FROM sale_order WHERE partner_id = $1", heir); c.kind == "order.place" && n != 1 || c.kind == "customer.upsert" && out.Odoo.ID != heir {
				t.Errorf("%+v; %d orders of the heir", out.Odoo, n)
			}
		})
	}
}

// level is what lies where of what is shipped.
func (l *lab) level() string {
	return l.text("SELECT string_agg(location_id || ': ' || quantity, ', ' ORDER BY location_id) FROM stock_quant WHERE product_id = (SELECT id FROM product_product WHERE default_code = 'FILTER-100')")
}
