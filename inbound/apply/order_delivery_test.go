package apply

import (
	"testing"

	"github.com/odoobridge/odoobridge/internal/config"
)

// TestShipmentsGoByTheDeliveryMethodOfTheOrder is what a warehouse or a carrier's adapter reads off the shipment.
func TestShipmentsGoByTheDeliveryMethodOfTheOrder(t *testing.T) {
	l := newLab(t)
	l.shop.Mapping.Carriers = map[string]config.Record{"std": "1"}
	out := l.applied("order.place", "5001", anOrder(1, `,"delivery":{"carrier":"std","price":"0"}`))
	if got := l.text("SELECT o.carrier_id || ' ' || p.carrier_id FROM sale_order o JOIN stock_picking p ON p.sale_id = o.id WHERE o.id = $1", out.Odoo.ID); got != "1 1" {
		t.Errorf("the order and its shipment go by %q", got)
	}
}
