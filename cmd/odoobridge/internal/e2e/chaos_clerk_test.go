package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// clerk is a person who works in Odoo, on the channels' things and on things of her own. What Odoo refuses her, or does not answer, is
// left so.
type clerk struct {
	*market
	partners, orders []int64
	n                int
}

func (c *clerk) act(ctx context.Context, draw *rand.Rand) {
	pause(ctx, draw, 800*time.Millisecond)
	if ctx.Err() != nil {
		return
	}
	c.n++
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	acts := []struct {
		name   string
		weight int
		do     func(context.Context, *rand.Rand) error
	}{
		{"make a customer", 3, c.newCustomer}, {"edit a customer", 4, c.editCustomer}, {"merge customers", 2, c.mergeCustomers}, {"change a product", 3, c.reprice},
		{"archive or restore", 2, c.flipThing}, {"count", 3, c.countOwn}, {"sell", 5, c.sell}, {"quote", 2, c.quote}, {"drop a quotation", 2, c.dropQuotation},
		{"ship", 3, c.ship}, {"invoice", 2, c.invoice}, {"cancel", 1, c.cancel},
	}
	sum := 0
	for _, a := range acts {
		sum += a.weight
	}
	n := draw.IntN(sum)
	for _, a := range acts {
		if n -= a.weight; n < 0 {
			c.note(a.name, a.do(ctx, draw))
			return
		}
	}
}

// note counts what was done, and what was refused or got no answer.
func (c *clerk) note(act string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.refused[act]++
		c.lastRefusal[act] = err.Error()
		return
	}
	c.clerked[act]++
}

func (c *clerk) read(ctx context.Context, model string, domain odoo.Domain, fields ...string) ([]odoo.Record, error) {
	return c.client.SearchRead(ctx, model, domain, append(fields, "id"), odoo.Window{Order: "id desc", Limit: 40}, c.hidden())
}

func (c *clerk) newCustomer(ctx context.Context, _ *rand.Rand) error {
	id, err := c.client.Create(ctx, "res.partner", map[string]any{"name": fmt.Sprintf("%s own %d", c.name, c.n), "email": fmt.Sprintf("%sown%p%d@example.test", c.name, c, c.n)}, c.context)
	if err == nil {
		c.partners = append(c.partners, id)
	}
	return err
}

// theirs are the customers that channels made.
func (c *clerk) theirs(ctx context.Context) ([]odoo.Record, error) {
	return c.read(ctx, "res.partner", odoo.Domain{{"email", "=like", c.name + "_%"}, {"parent_id", "=", false}})
}

// editCustomer changes what channels do not send.
func (c *clerk) editCustomer(ctx context.Context, draw *rand.Rand) error {
	found, err := c.theirs(ctx)
	if err != nil || len(found) == 0 {
		return err
	}
	values := map[string]any{"ref": fmt.Sprintf("ref %d", c.n)}
	if draw.IntN(3) == 0 {
		values["street2"] = fmt.Sprintf("Floor %d", c.n)
	}
	return c.client.Write(ctx, "res.partner", []int64{found[draw.IntN(len(found))].ID()}, values, c.context)
}

// mergeCustomers makes one of two of her own, or of two that a channel has made.
func (c *clerk) mergeCustomers(ctx context.Context, draw *rand.Rand) error {
	var pair []int64
	if n := len(c.partners); n >= 2 {
		pair, c.partners = []int64{c.partners[n-1], c.partners[n-2]}, c.partners[:n-2]
	}
	if draw.IntN(4) == 0 {
		found, err := c.theirs(ctx)
		if err != nil || len(found) < 2 {
			return err
		}
		at := draw.Perm(len(found))
		pair = []int64{found[at[0]].ID(), found[at[1]].ID()}
	}
	if len(pair) < 2 {
		return nil
	}
	within := odoo.Context(c.context, map[string]any{"active_model": "res.partner", "active_ids": pair})
	wizard, err := c.client.Create(ctx, "base.partner.merge.automatic.wizard", map[string]any{"partner_ids": []any{[]any{6, 0, pair}}, "dst_partner_id": pair[0], "state": "selection"}, within)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.heirs[pair[0]] = true
	c.mu.Unlock()
	_, err = c.client.Run(ctx, "base.partner.merge.automatic.wizard", "action_merge", []int64{wizard}, within)
	return err
}

func (c *clerk) reprice(ctx context.Context, draw *rand.Rand) error {
	values := map[string]any{"list_price": float64(5+draw.IntN(2000)) / 4}
	if draw.IntN(3) == 0 {
		values = map[string]any{"name": fmt.Sprintf("%s thing %d", c.name, c.n)}
	}
	return c.client.Write(ctx, "product.product", []int64{c.goods[draw.IntN(len(c.goods))].id}, values, c.context)
}

// flipThing archives one thing that channels sell, or restores it.
func (c *clerk) flipThing(ctx context.Context, draw *rand.Rand) error {
	return c.client.Write(ctx, "product.product", []int64{c.flip.id}, map[string]any{"active": draw.IntN(3) > 0}, c.context)
}

// countOwn counts a thing that no channel touches.
func (c *clerk) countOwn(ctx context.Context, draw *rand.Rand) error {
	within := odoo.Context(c.context, map[string]any{"inventory_mode": true})
	shelf, err := c.client.Read(ctx, "stock.warehouse", []int64{c.warehouse}, []string{"lot_stock_id"}, c.context)
	if err != nil {
		return err
	}
	id, err := c.client.Create(ctx, "stock.quant", map[string]any{"product_id": c.own.id, "location_id": shelf[0].Ref("lot_stock_id"), "inventory_quantity": draw.IntN(300)}, within)
	if err != nil {
		return err
	}
	_, err = c.client.Run(ctx, "stock.quant", "action_apply_inventory", []int64{id}, c.context)
	return err
}

// quote makes a quotation of her own.
func (c *clerk) quote(ctx context.Context, draw *rand.Rand) error {
	if len(c.partners) == 0 {
		return c.newCustomer(ctx, draw)
	}
	id, err := c.client.Create(ctx, "sale.order", map[string]any{
		"partner_id": c.partners[draw.IntN(len(c.partners))], "client_order_ref": fmt.Sprintf("%s own", c.name),
		"order_line": []any{[]any{0, 0, map[string]any{"product_id": c.goods[draw.IntN(4)].id, "product_uom_qty": 1 + draw.IntN(5)}}},
	}, c.context)
	if err == nil {
		c.orders = append(c.orders, id)
	}
	return err
}

func (c *clerk) sell(ctx context.Context, draw *rand.Rand) error {
	if err := c.quote(ctx, draw); err != nil || len(c.orders) == 0 {
		return err
	}
	_, err := c.client.Run(ctx, "sale.order", "action_confirm", []int64{c.orders[len(c.orders)-1]}, c.context)
	return err
}

func (c *clerk) dropQuotation(ctx context.Context, _ *rand.Rand) error {
	found, err := c.read(ctx, "sale.order", odoo.Domain{{"client_order_ref", "=", c.name + " own"}, {"state", "=", "draft"}})
	if err != nil || len(found) == 0 {
		return err
	}
	return c.client.Do(ctx, odoo.Call{Model: "sale.order", Method: "unlink", IDs: []int64{found[0].ID()}, Context: c.context}, nil)
}

// ship ships an order of her own, or one that the shed may be shipping at this moment.
func (c *clerk) ship(ctx context.Context, draw *rand.Rand) error {
	domain := odoo.Domain{{"client_order_ref", "=", c.name + " own"}, {"state", "=", "sale"}}
	if draw.IntN(4) == 0 {
		domain[0] = []any{"client_order_ref", "=like", c.name + "%"}
	}
	orders, err := c.read(ctx, "sale.order", domain, "picking_ids")
	if err != nil {
		return err
	}
	pickings := []int64{}
	for _, o := range orders {
		pickings = append(pickings, o.Refs("picking_ids")...)
	}
	found, err := c.read(ctx, "stock.picking", odoo.Domain{{"id", "in", pickings}, {"state", "=", "assigned"}})
	if err != nil || len(found) == 0 {
		return err
	}
	_, err = c.client.Run(ctx, "stock.picking", "button_validate", []int64{found[draw.IntN(len(found))].ID()}, c.context)
	return err
}

// invoice invoices an order of her own and registers its payment.
func (c *clerk) invoice(ctx context.Context, draw *rand.Rand) error {
	found, err := c.read(ctx, "sale.order", odoo.Domain{{"client_order_ref", "=", c.name + " own"}, {"state", "=", "sale"}, {"invoice_status", "=", "to invoice"}})
	if err != nil || len(found) == 0 || c.bank == 0 {
		return err
	}
	order := []int64{found[draw.IntN(len(found))].ID()}
	within := odoo.Context(c.context, map[string]any{"active_model": "sale.order", "active_ids": order})
	wizard, err := c.client.Create(ctx, "sale.advance.payment.inv", map[string]any{"advance_payment_method": "delivered", "sale_order_ids": []any{[]any{6, 0, order}}}, within)
	if err != nil {
		return err
	}
	if _, err := c.client.Run(ctx, "sale.advance.payment.inv", "create_invoices", []int64{wizard}, within); err != nil {
		return err
	}
	made, err := c.client.Read(ctx, "sale.order", order, []string{"invoice_ids"}, c.context)
	if err != nil {
		return err
	}
	invoices := made[0].Refs("invoice_ids")
	if _, err := c.client.Run(ctx, "account.move", "action_post", invoices, c.context); err != nil || draw.IntN(2) == 0 {
		return err
	}
	within = odoo.Context(c.context, map[string]any{"active_model": "account.move", "active_ids": invoices, "dont_redirect_to_payments": true})
	if wizard, err = c.client.Create(ctx, "account.payment.register", map[string]any{"journal_id": c.bank}, within); err != nil {
		return err
	}
	_, err = c.client.Run(ctx, "account.payment.register", "action_create_payments", []int64{wizard}, within)
	return err
}

// cancel cancels an order that a channel may be about to pay or ship.
func (c *clerk) cancel(ctx context.Context, draw *rand.Rand) error {
	found, err := c.read(ctx, "sale.order", odoo.Domain{{"client_order_ref", "=like", c.name + "%"}, {"state", "=", "sale"}})
	if err != nil || len(found) == 0 {
		return err
	}
	_, err = c.client.Run(ctx, "sale.order", "action_cancel", []int64{found[draw.IntN(len(found))].ID()}, c.context)
	return err
}
