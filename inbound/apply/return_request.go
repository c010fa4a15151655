package apply

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// returnMark is what a return says of the command that asked for it.
func (r *run) returnMark(request string) mark { return mark{r.c.Channel, "return", request} }

// returnOf is the return that a request made, by what its source document says.
func (r *run) returnOf(request string) (odoo.Record, error) {
	return r.firstMarked("stock.picking", nil, "origin", r.returnMark(request), []string{"name", "state"})
}

// requestReturn makes the return of a shipment by Odoo's wizard, which makes it in one
// transaction. It is marked right after; an attempt that ends in between knows it by what it noted
// before, and by who made it.
func requestReturn(r *run) (command.Reference, error) {
	data, err := read[schema.ReturnRequest](r)
	if err != nil {
		return command.Reference{}, err
	}
	known, err := r.returnOf(r.c.Subject)
	if err != nil {
		return command.Reference{}, err
	}
	if known != nil {
		return transfer(known), nil
	}
	if err := r.kept(ofLines(data.Lines, func(l schema.ReturnLine) schema.Decimal { return l.Quantity }), r.returnedDigits); err != nil {
		return command.Reference{}, err
	}
	made, err := r.returnMadeOrMake(data)
	if err != nil {
		return command.Reference{}, err
	}
	rec, err := r.readOne("stock.picking", made, "name", "origin")
	if err != nil {
		return command.Reference{}, err
	}
	values := map[string]any{"origin": rec.Text("origin") + ", " + r.returnMark(r.c.Subject).String() + ";"}
	if why := reasonsOf(data); why != "" {
		values["note"] = why
	}
	return transfer(rec), r.write("mark return", "stock.picking", []int64{made}, values)
}

// returnMadeOrMake makes the return, unless an earlier attempt did. What that one may have made must not count as returned
// already while it is looked for.
func (r *run) returnMadeOrMake(data schema.ReturnRequest) (int64, error) {
	tried := r.returnedFrom() != 0
	from, want, err := r.returned(data, !tried)
	if err != nil {
		return 0, err
	}
	if made, err := r.returnMade(from, want); err != nil || made != 0 {
		return made, err
	}
	if tried {
		if from, want, err = r.returned(data, true); err != nil {
			return 0, err
		}
	}
	return r.makeReturn(from, want)
}

// reasonsOf is why goods come back, as HTML: Odoo shows it on the transfer.
func reasonsOf(data schema.ReturnRequest) string {
	var paragraphs []string
	say := func(text string) {
		if text != "" {
			paragraphs = append(paragraphs, asHTML(text))
		}
	}
	say(data.Reason)
	for _, line := range data.Lines {
		if line.Reason != "" {
			say(cmp.Or(line.SKU, line.Barcode, line.Line) + ": " + line.Reason)
		}
	}
	return strings.Join(paragraphs, "")
}

// returned finds the shipment that delivered what comes back, and how much of each of its moves: of what
// has not been returned yet, or of all. An earlier attempt's shipment is kept to.
func (r *run) returned(data schema.ReturnRequest, left bool) (odoo.Record, []wanted, error) {
	of, err := r.orderOf(data.Order, "order", "picking_ids")
	if err != nil {
		return nil, nil, err
	}
	if err := r.notLate(thing{"order", [2]int64{of.ID()}}, nil, r.owns("order")); err != nil {
		return nil, nil, err
	}
	domain := odoo.Domain{{"id", "in", of.Refs("picking_ids")}, {"state", "=", "done"}, {"picking_type_id.code", "=", "outgoing"}}
	if data.Shipment != "" {
		domain = append(domain, []any{"name", "=", data.Shipment})
	}
	if from := r.returnedFrom(); from != 0 {
		domain = append(domain, []any{"id", "=", from})
	}
	shipments, err := r.search("stock.picking", domain, []string{"name", "state"}, odoo.Window{Order: "id"})
	if err != nil {
		return nil, nil, err
	}
	if len(shipments) == 0 {
		return nil, nil, r.wait(problem(schema.CodeUnknownDocument, "order", "nothing of the order is shipped yet"), command.WaitShipmentOf.For(of.Text("name")))
	}
	var why error
	for _, shipment := range shipments {
		moves, err := r.moves(shipment.ID())
		if err != nil {
			return nil, nil, err
		}
		var back wentBack
		if left {
			if moves, back, err = r.leftOf(moves); err != nil {
				return nil, nil, err
			}
		}
		want, err := r.returnLines(data, moves, back)
		if err == nil {
			return shipment, want, nil
		}
		why = err
	}
	return nil, nil, why
}

// returnLines takes what comes back from the moves of one shipment.
func (r *run) returnLines(data schema.ReturnRequest, moves []moved, back wentBack) ([]wanted, error) {
	var want []wanted
	for i, line := range data.Lines {
		path := fmt.Sprintf("lines[%d]", i)
		product, err := r.returnedProduct(data.Order, line, path)
		if err != nil {
			return nil, err
		}
		if back[product] != nil && !slices.ContainsFunc(moves, func(m moved) bool { return m.product == product }) {
			return nil, r.parkReturned(back[product], path, "all of it is returned already")
		}
		part, err := r.take(moves, want, product, decide.Num(line.Quantity), nil, path)
		if err != nil {
			return nil, err
		}
		for _, w := range part {
			if w.quantity.Cmp(w.move.has) <= 0 {
				continue
			}
			if back[product] != nil {
				return nil, r.parkReturned(back[product], path+".quantity", "more comes back than was shipped and is not returned yet")
			}
			p := problem(schema.CodeUnknownLine, path+".quantity", "more comes back than was shipped")
			p.Remedy = "Ask for no more than was shipped, with a new `id` and a `subject` of its own; then this one is discarded. If the rest is shipped by now, it is tried again by `odoobridge exceptions retry`."
			return nil, r.park(command.Reference{}, p)
		}
		want = append(want, part...)
	}
	return want, nil
}

func (r *run) returnedProduct(order string, line schema.ReturnLine, path string) (int64, error) {
	if line.Line == "" {
		product, missing, key, err := r.product(line.Product, path)
		if missing != nil {
			return 0, r.park(command.Reference{}, *missing, key)
		}
		return product.ID(), err
	}
	id, found, err := r.named(decide.LineID(r.c.Channel, order, line.Line), "sale.order.line")
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, r.park(command.Reference{}, problem(schema.CodeUnknownLine, path+".line", "the order has no such line"))
	}
	sold, err := r.readOne("sale.order.line", id, "product_id")
	return sold.Ref("product_id"), err
}

// makeReturn fills Odoo's wizard: of itself it has a line for each move, with all of it in 17, with nothing from 18 on. Before 17
// it has none, unless it is opened in a browser.
func (r *run) makeReturn(shipment odoo.Record, want []wanted) (int64, error) {
	release, err := r.release()
	if err != nil {
		return 0, err
	}
	context := r.context(map[string]any{"active_id": shipment.ID(), "active_ids": []int64{shipment.ID()}, "active_model": "stock.picking"})
	values := map[string]any{"picking_id": shipment.ID()}
	if release < 17 {
		from, err := r.readOne("stock.picking", shipment.ID(), "location_id")
		if err != nil {
			return 0, err
		}
		values["location_id"], values["product_return_moves"] = from.Ref("location_id"), returnLines(want)
	}
	wizard, err := r.x.odoo.Create(r.ctx, "stock.return.picking", values, context)
	if err != nil {
		return 0, err
	}
	if release >= 17 {
		if err := r.fillReturn(wizard, want, context); err != nil {
			return 0, err
		}
	}
	method := "create_returns"
	if release >= 18 {
		method = "action_create_returns"
	}
	action, err := r.verb("create return", "stock.return.picking", method, []int64{wizard}, context)
	if err != nil {
		return 0, err
	}
	if action == nil || action.ID == 0 {
		return 0, r.park(transfer(shipment), problem(schema.CodeRefused, "", "Odoo made no return, without a reason"))
	}
	return action.ID, nil
}

// fillReturn says of each line of the wizard how much comes back.
func (r *run) fillReturn(wizard int64, want []wanted, context map[string]any) error {
	proposed, err := r.readOne("stock.return.picking", wizard, "product_return_moves")
	if err != nil {
		return err
	}
	lines, err := r.read("stock.return.picking.line", proposed.Refs("product_return_moves"), "product_id", "move_id")
	if err != nil {
		return err
	}
	for _, line := range lines {
		if err := r.x.odoo.Write(r.ctx, "stock.return.picking.line", []int64{line.ID()}, map[string]any{"quantity": number(wantedOf(want, line.Ref("move_id"))), "to_refund": true}, context); err != nil {
			return err
		}
	}
	return nil
}
