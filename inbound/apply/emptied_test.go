package apply

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// TestATransferThatAPersonCancelledAtThisMomentKeepsItsMoves has a person cancel a transfer after the bridge has read it and before it reads its
// moves, or press a button just before it does. None of the moves counts then, and to write none of them would take all of them off.
func TestATransferThatAPersonCancelledAtThisMomentKeepsItsMoves(t *testing.T) {
	for name, c := range map[string]struct{ call, data string }{
		"before the shipment's moves are read": {"stock.move.search_read", `{"shipment":%q}`},
		"before the shipment is validated":     {"stock.picking.button_validate", `{"shipment":%q}`},
		"before the return's moves are read":   {"stock.move.search_read", `{"request":%q}`},
		"before the return is validated":       {"stock.picking.button_validate", `{"request":%q}`},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			kind, transfer := "shipment.confirm", ""
			if strings.Contains(c.data, "request") {
				kind, transfer = "return.receive", "5001"
				l.shippedOrder(1)
				l.applied("return.request", transfer, `{"order":"5001","lines":[{"line":"a","quantity":"2"}]}`)
			} else {
				l.applied("order.place", "5001", anOrder(1, ""))
				transfer = l.shipment(1)
			}
			picking := int64(l.count("SELECT max(id) FROM stock_picking"))
			cancel := func(called string) {
				if called != c.call {
					return
				}
				l.wire.before.Store(nil)
				if _, err := l.x.odoo.Run(context.Background(), "stock.picking", "action_cancel", []int64{picking}, nil); err != nil {
					t.Error(err)
				}
			}
			l.wire.before.Store(&cancel)
			if _, err := l.send(kind, "1", fmt.Sprintf(c.data, transfer)); err == nil || !strings.Contains(err.Error(), errOvertaken.Error()) {
				t.Errorf("the first attempt ends with %v", err)
			}
			l.stopped(command.Parked, schema.CodeLateConfirmation, kind, "1", fmt.Sprintf(c.data, transfer))
			if got := l.text("SELECT state || ', ' || coalesce((SELECT string_agg(DISTINCT state, ' ') FROM stock_move WHERE picking_id = $1), 'none') FROM stock_picking WHERE id = $1", picking); got != "cancel, cancel" {
				t.Errorf("the transfer and its moves are %s", got)
			}
		})
	}
}

// TestATransferWithoutMovesIsSaidToBeEmpty confirms one that a person has emptied.
func TestATransferWithoutMovesIsSaidToBeEmpty(t *testing.T) {
	l := newLab(t)
	l.applied("order.place", "5001", anOrder(1, ""))
	transfer := l.shipment(1)
	if err := l.x.odoo.Write(context.Background(), "stock.picking", []int64{int64(l.count("SELECT max(id) FROM stock_picking"))}, map[string]any{"move_ids": nil}, nil); err != nil {
		t.Fatal(err)
	}
	l.stopped(command.Parked, schema.CodeUnknownLine, "shipment.confirm", "1", fmt.Sprintf(`{"shipment":%q}`, transfer))
}
