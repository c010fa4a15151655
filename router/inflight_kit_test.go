package router_test

import (
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/router/held"
)

// withKit has a product SKU-900 that is made of two of product 5 and one of product 6.
func (c *counting) withKit() {
	template, product := c.relation("product_template"), c.relation("product_product")
	thing := func(id string) change.Change {
		return change.Change{Kind: change.Insert, Relation: template, New: imageOf(template, map[string]string{"id": id, "uom_id": "1", "type": "consu", "active": "t"})}
	}
	goods := thing("1")
	goods.Kind = change.Update
	c.tx(goods, thing("2"), change.Change{Kind: change.Insert, Relation: product, New: imageOf(product, map[string]string{
		"id": "900", "product_tmpl_id": "2", "default_code": "SKU-900", "active": "t"})})
	c.tx(c.bill(true), c.component(1, 5, 2, change.Insert), c.component(2, 6, 1, change.Insert))
}

func (c *counting) bill(active bool) change.Change {
	bom := c.relation("mrp_bom")
	return change.Change{Kind: change.Insert, Relation: bom, New: imageOf(bom, map[string]string{
		"id": "1", "product_tmpl_id": "2", "type": "phantom", "active": fmt.Sprint(active)[:1], "product_qty": "1", "product_uom_id": "1"})}
}

func (c *counting) component(line, product, quantity int, kind change.Kind) change.Change {
	lines := c.relation("mrp_bom_line")
	values := map[string]string{"id": fmt.Sprint(line), "bom_id": "1", "product_id": fmt.Sprint(product), "product_qty": fmt.Sprint(quantity), "product_uom_id": "1"}
	if kind == change.Delete {
		return change.Change{Kind: kind, Relation: lines, Old: imageOf(lines, map[string]string{"id": fmt.Sprint(line)})}
	}
	return change.Change{Kind: kind, Relation: lines, New: imageOf(lines, values)}
}

// TestAKitInFlightCountsByItsComponents: from when it is accepted, by what it is made of at each moment, and once.
func TestAKitInFlightCountsByItsComponents(t *testing.T) {
	c := newCounting(t)
	c.withKit()
	c.held.Place(orderOf(9001, 900, 2))
	c.tell()
	told := []string{`5 "100" {"web":"4"} r2`, `6 "100" {"web":"2"} r2`}
	c.expect(told...)
	c.tx(c.quotation(9001)...)
	c.tx(c.component(1, 5, 3, change.Update)) // somebody mends the kit
	c.tell()
	told = append(told, `5 "100" {"web":"6"} r3`)
	c.expect(told...)
	c.tx(c.component(2, 6, 1, change.Delete))
	c.tx(c.component(3, 7, 1, change.Insert))
	c.tell()
	told = append(told, `6 "100"  r3`, `7 "100" {"web":"2"} r2`)
	c.expect(told...)
	c.tx(c.order(9001, "sale", change.Update), c.level(5, 100, 6), c.level(7, 100, 2))
	told = append(told, `5 "94"  r4 web`, `7 "98"  r3 web`)
	c.expect(told...)
	c.tx(c.bill(false))
	c.tell()
	c.expect(told...)
	if orders, kits := c.held.Report(); orders != 0 || kits != nil {
		t.Errorf("%d orders are in flight, kits %v", orders, kits)
	}
}

// TestAKitInFlightSurvivesACrash: its components' levels are told exactly what differs from what they were told last.
func TestAKitInFlightSurvivesACrash(t *testing.T) {
	c := newCounting(t)
	c.withKit()
	for n := 1; n <= 2; n++ {
		c.held.Place(orderOf(9000+n, 900, n))
		c.tx(c.quotation(9000 + n)...)
	}
	c.tell()
	told := []string{`5 "100" {"web":"6"} r2`, `6 "100" {"web":"3"} r2`}
	c.expect(told...)

	c.breaks = true
	confirm := c.piece(c.order(9001, "sale", change.Update), c.level(5, 100, 2), c.level(6, 100, 1))
	if err := c.router.Apply(t.Context(), []change.Piece{confirm}); err == nil {
		t.Fatal("the commit did not fail")
	}
	c.reopen()
	c.tell()
	c.expect(told...)
	c.apply([]change.Piece{confirm})
	told = append(told, `5 "98" {"web":"4"} r3 web`, `6 "99" {"web":"2"} r3 web`)
	c.expect(told...)

	// The kit is mended, and nobody was told before the bridge ended.
	c.tx(c.component(1, 5, 1, change.Update))
	c.held = held.NewSet()
	c.held.Place(orderOf(9002, 900, 2))
	c.reopen()
	c.tell()
	told = append(told, `5 "98" {"web":"2"} r4`)
	c.expect(told...)

	// It was no kit any more, and the order rejected, while the bridge was down.
	c.tx(c.bill(false))
	c.held = held.NewSet()
	c.reopen()
	c.tell()
	told = append(told, `5 "98"  r5`, `6 "99"  r4`)
	c.expect(told...)
}
