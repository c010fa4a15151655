package apply

import (
	"fmt"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

// linesFit refuses, before anything is made, an order whose lines Odoo would take for one another, or of whose
// quantities it would make others.
func (r *run) linesFit(data schema.OrderPlace) error {
	if err := r.keysApart(data); err != nil {
		return err
	}
	quantities := ofLines(data.Lines, func(l schema.OrderLine) schema.Decimal { return l.Quantity })
	if err := r.kept(quantities, r.orderedDigits); err != nil {
		return err
	}
	return r.unitsFit(data, quantities)
}

// unitsFit refuses quantities that are none of their product's unit. Products that are not known are told later, with all else that
// is not.
func (r *run) unitsFit(data schema.OrderPlace, quantities []quantityAt) error {
	var wrong []command.Problem
	for i, q := range quantities {
		if !finer(decide.Num(q.quantity), 0) {
			continue
		}
		product, _, _, err := r.product(data.Lines[i].Product, fmt.Sprintf("lines[%d]", i))
		if err != nil {
			return err
		}
		p, err := r.inSteps(product.Ref("uom_id"), q)
		if err != nil {
			return err
		}
		if p != nil {
			wrong = append(wrong, *p)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return r.reject(wrong...)
}

// keysApart refuses an order of which a line's id is what another line without an id is called by, or the delivery: Odoo would
// take the one for the other.
func (r *run) keysApart(data schema.OrderPlace) error {
	seen := map[string]bool{deliveryKey: data.Delivery != nil}
	for i, line := range data.Lines {
		key := lineKey(line, i)
		if seen[key] {
			p := problem(schema.CodeInvalid, fmt.Sprintf("lines[%d].id", i), "another line, or the delivery, is called by "+key+" already")
			p.Remedy = "Give every line an id of its own, and send the order with a new id."
			return r.reject(p)
		}
		seen[key] = true
	}
	return nil
}

// priceOf is what Odoo is told of a line's price.
func priceOf(line schema.OrderLine, digits decide.Digits) decide.Price {
	return decide.Priced(decide.Num(line.Quantity), decide.Num(line.UnitPrice), decide.Num(line.DiscountPercent), decide.Num(line.DiscountAmount), digits)
}

// sayRounded reports prices that are finer than Odoo keeps them, as prices without tax often are: whether that matters, the totals
// decide. Every attempt says it: the one that made the order may have been cut off.
func (r *run) sayRounded(data schema.OrderPlace) error {
	digits, err := r.soldDigits()
	if err != nil {
		return err
	}
	for i, line := range data.Lines {
		if price := priceOf(line, digits); !price.Exact {
			r.report(problem(schema.CodeRounded, fmt.Sprintf("lines[%d].%s", i, roundedBy(line, digits)), "Odoo keeps the price of one as "+price.Unit.Round(digits.Price).String()))
		}
	}
	if data.Delivery == nil {
		return nil
	}
	if price := decide.Num(data.Delivery.Price); finer(price, digits.Price) {
		r.report(problem(schema.CodeRounded, "delivery.price", "Odoo keeps the price as "+price.Round(digits.Price).String()))
	}
	return nil
}

// roundedBy is what makes a line's price finer than Odoo keeps it.
func roundedBy(line schema.OrderLine, digits decide.Digits) string {
	switch {
	case finer(decide.Num(line.UnitPrice), digits.Price):
		return "unit_price"
	case line.DiscountAmount != "":
		return "discount_amount"
	}
	return "discount_percent"
}
