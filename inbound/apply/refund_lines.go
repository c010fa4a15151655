package apply

import (
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// creditLine is a line of a credit note, as Odoo made it of the invoice's or as an earlier
// attempt left it, or of the invoice.
type creditLine struct {
	id, product      int64
	quantity, price  decide.Decimal
	total            decide.Decimal // with tax
	saleLines, taxes []int64
	delivery         bool
}

// linesOf are what is sold on invoices, or given back on credit notes.
func (r *run) linesOf(moves ...int64) ([]creditLine, error) {
	domain, err := r.soldLines(moves)
	if err != nil {
		return nil, err
	}
	found, err := r.search("account.move.line", domain,
		[]string{"product_id", "quantity", "price_unit", "price_total", "tax_ids", "sale_line_ids"}, odoo.Window{Order: "id"})
	if err != nil {
		return nil, err
	}
	var sold []int64
	for _, l := range found {
		sold = append(sold, l.Refs("sale_line_ids")...)
	}
	delivering := map[int64]bool{}
	if len(sold) > 0 {
		sale, err := r.search("sale.order.line", odoo.Domain{{"id", "in", sold}, {"is_delivery", "=", true}}, []string{"id"}, odoo.Window{})
		if err != nil && !absent(err) {
			return nil, err
		}
		for _, l := range sale {
			delivering[l.ID()] = true
		}
	}
	lines := make([]creditLine, len(found))
	for i, l := range found {
		lines[i] = creditLine{
			id: l.ID(), product: l.Ref("product_id"), quantity: decide.Num(l.Number("quantity")), price: decide.Num(l.Number("price_unit")),
			total: decide.Num(l.Number("price_total")), saleLines: l.Refs("sale_line_ids"), taxes: l.Refs("tax_ids"),
			delivery: slices.ContainsFunc(l.Refs("sale_line_ids"), func(id int64) bool { return delivering[id] }),
		}
	}
	return lines, nil
}

// creditLines are the commands that bring the lines to what is refunded.
func (r *run) creditLines(credit odoo.Record, data schema.RefundRecord) ([]any, error) {
	lines, err := r.linesOf(credit.ID())
	if err != nil {
		return nil, err
	}
	digits, err := r.creditedDigits()
	if err != nil {
		return nil, err
	}
	if data.Amount != "" {
		return lumpSum(lines, data, digits.Price), r.sumFits(credit, lines, decide.Num(data.Amount))
	}
	change, taken := map[int64]map[string]any{}, map[int64]bool{}
	for i, want := range data.Lines {
		line, err := r.creditLineOf(lines, taken, data.Order, want, fmt.Sprintf("lines[%d]", i))
		if err != nil {
			return nil, err
		}
		taken[line.id] = true
		change[line.id] = line.refunding(decide.Num(want.Quantity), decide.Num(want.Amount), digits.Price)
	}
	if given := decide.Num(data.Delivery); !given.IsZero() {
		at := slices.IndexFunc(lines, func(l creditLine) bool { return l.delivery })
		if at < 0 {
			return nil, r.park(invoiceRef(credit), problem(schema.CodeUnknownLine, "delivery", "the invoice has no delivery on it"))
		}
		change[lines[at].id] = lines[at].refunding(lines[at].quantity, given, digits.Price)
	}
	return commandsOf(lines, change), nil
}

// commandsOf change some lines and take the others off.
func commandsOf(lines []creditLine, change map[int64]map[string]any) []any {
	var commands []any
	for _, l := range lines {
		if values, ok := change[l.id]; ok {
			commands = append(commands, []any{1, l.id, values})
			continue
		}
		commands = append(commands, []any{2, l.id, 0})
	}
	return commands
}

// each is the price of one, with tax.
func (l creditLine) each() decide.Decimal { return l.total.Quo(l.quantity) }

// refunding is a line with a quantity and, if it is not what they cost, an amount with tax: the
// price follows in the proportion in which the line's total follows from its price.
func (l creditLine) refunding(quantity, amount decide.Decimal, digits int32) map[string]any {
	values := map[string]any{"quantity": number(quantity)}
	if amount.IsZero() || l.total.IsZero() {
		return values
	}
	price := l.price.Mul(amount).Quo(l.each().Mul(quantity)).Round(digits)
	values["price_unit"] = number(price)
	return values
}

// sumFits wants, before anything is made, that an amount can be given back without saying for what: it is all of the document, or all
// its lines bear the same taxes.
func (r *run) sumFits(document odoo.Record, lines []creditLine, amount decide.Decimal) error {
	if len(lines) == 0 {
		return r.park(invoiceRef(document), problem(schema.CodeUnknownLine, "amount", "the invoice has no lines"))
	}
	if sumOfLines(lines).Same(amount) || !slices.ContainsFunc(lines[1:], func(l creditLine) bool { return !slices.Equal(l.taxes, lines[0].taxes) }) {
		return nil
	}
	p := problem(schema.CodeTotalMismatch, "amount", "the invoice's lines bear different taxes: an amount alone does not say which are given back")
	p.Remedy = "Send it by line, with a new `id` and a `subject` of its own: in `lines`, for each that something is given back of, its `line` or `sku`, its `quantity`, and as `amount` what is given back of it, with tax; of the delivery's price in `delivery`. Then this one is discarded."
	return r.park(invoiceRef(document), p)
}

func sumOfLines(lines []creditLine) (sum decide.Decimal) {
	for _, l := range lines {
		sum = sum.Add(l.total)
	}
	return sum.Round(6)
}

// lumpSum refunds an amount without saying for what: one line carries it, unless it is all of them.
func lumpSum(lines []creditLine, data schema.RefundRecord, digits int32) []any {
	if len(lines) == 0 || sumOfLines(lines).Same(decide.Num(data.Amount)) {
		return nil
	}
	one := slices.MaxFunc(lines, func(a, b creditLine) int { return a.total.Cmp(b.total) })
	return commandsOf(lines, map[int64]map[string]any{one.id: one.refunding(decide.Of(1), decide.Num(data.Amount), digits)})
}

// creditLineOf is the line that a refund means, by the order's line or by product, that the refund does not mean already.
func (r *run) creditLineOf(lines []creditLine, taken map[int64]bool, order string, want schema.RefundLine, path string) (creditLine, error) {
	var match func(creditLine) bool
	if want.Line != "" {
		id, found, err := r.named(decide.LineID(r.c.Channel, order, want.Line), "sale.order.line")
		if err != nil {
			return creditLine{}, err
		}
		match = func(l creditLine) bool { return found && slices.Contains(l.saleLines, id) }
	} else {
		product, missing, key, err := r.product(want.Product, path)
		if err != nil {
			return creditLine{}, err
		}
		if missing != nil {
			return creditLine{}, r.park(command.Reference{}, *missing, key)
		}
		match = func(l creditLine) bool { return l.product == product.ID() }
	}
	at := slices.IndexFunc(lines, func(l creditLine) bool { return match(l) && !taken[l.id] })
	if at < 0 && slices.ContainsFunc(lines, match) {
		p := problem(schema.CodeInvalid, path, "the line is named twice")
		p.Remedy = "Name it once, with the whole quantity, and send the refund with a new id."
		return creditLine{}, r.reject(p)
	}
	if at < 0 {
		return creditLine{}, r.park(command.Reference{}, problem(schema.CodeUnknownLine, path, "the invoice has no such line"))
	}
	if decide.Num(want.Quantity).Cmp(lines[at].quantity) > 0 {
		return creditLine{}, r.park(command.Reference{}, problem(schema.CodePaymentMismatch, path+".quantity", "more is refunded than was invoiced"))
	}
	return lines[at], nil
}
