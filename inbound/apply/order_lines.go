package apply

import (
	"fmt"
	"strconv"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

// row is one row of a load: its fields, in order.
type row struct{ fields, cells []string }

func (w *row) text(field, value string) {
	w.fields, w.cells = append(w.fields, field), append(w.cells, value)
}

// ref is a many2one by its id; nothing for 0.
func (w *row) ref(field string, id int64) {
	if id != 0 {
		w.text(field+"/.id", strconv.FormatInt(id, 10))
	}
}

// with puts lines of an order below its head: the first beside it, the others in rows
// whose own cells are empty.
func (w *row) with(lines []row) (fields []string, rows [][]string) {
	fields = w.fields
	if len(lines) > 0 {
		for _, name := range lines[0].fields {
			fields = append(fields, "order_line/"+name)
		}
	}
	for i, line := range lines {
		own := make([]string, len(w.cells))
		if i == 0 {
			copy(own, w.cells)
		}
		rows = append(rows, append(own, line.cells...))
	}
	return fields, rows
}

// deliveryKey is what the line of the delivery is called by.
const deliveryKey = "delivery"

// lineKey is the channel's id of a line, or its place in the order.
func lineKey(line schema.OrderLine, i int) string {
	if line.ID != "" {
		return line.ID
	}
	return strconv.Itoa(i + 1)
}

// orderLines are the rows of the lines, and the carrier of the delivery; 0 without one. Everything that is not known is said at once.
func (r *run) orderLines(data schema.OrderPlace) (rows []row, carrier int64, err error) {
	digits, err := r.soldDigits()
	if err != nil {
		return nil, 0, err
	}
	b := &lineBuilder{r: r, data: data, taxColumn: allTaxesGiven(data)}
	if b.taxField, err = r.taxField(); err != nil {
		return nil, 0, err
	}
	for _, line := range data.Lines {
		b.described = b.described || line.Description != ""
	}
	b.described = b.described || data.Delivery != nil && data.Delivery.Description != ""
	for i, line := range data.Lines {
		if err := b.product(i, line, digits); err != nil {
			return nil, 0, err
		}
	}
	if data.Delivery != nil {
		if carrier, err = b.delivery(data.Delivery); err != nil {
			return nil, 0, err
		}
	}
	return b.rows, carrier, parkAll(b.problems, b.waits)
}

// taxField is what lines call their taxes on this release.
func (r *run) taxField() (string, error) {
	release, err := r.release()
	if release >= 19 {
		return "tax_ids", err
	}
	return "tax_id", err
}

// allTaxesGiven says whether every line names its taxes. Only then can they be loaded with
// it: an empty cell means none, not that Odoo decides.
func allTaxesGiven(data schema.OrderPlace) bool {
	for _, line := range data.Lines {
		if line.Taxes == nil {
			return false
		}
	}
	return data.Delivery == nil || data.Delivery.Taxes != nil
}

type lineBuilder struct {
	r         *run
	data      schema.OrderPlace
	taxField  string
	taxColumn bool
	described bool // any line has a text of its own: then all need one
	rows      []row
	problems  []command.Problem
	waits     []command.Wait
}

func (b *lineBuilder) miss(p command.Problem, wait command.Wait) {
	b.problems, b.waits = append(b.problems, p), append(b.waits, wait)
}

func (b *lineBuilder) product(i int, line schema.OrderLine, digits decide.Digits) error {
	path := fmt.Sprintf("lines[%d]", i)
	product, missing, key, err := b.r.product(line.Product, path)
	if err != nil {
		return err
	}
	if missing != nil {
		b.miss(*missing, key)
	}
	taxes, err := b.taxes(line.Taxes, path)
	if err != nil || missing != nil {
		return err
	}
	price := priceOf(line, digits)
	b.row(decide.LineID(b.r.c.Channel, b.r.c.Subject, lineKey(line, i)), product.ID(), string(line.Quantity), price, or(line.Description, product.Text("display_name")), taxes, false)
	return nil
}

// delivery adds the line of the delivery, and says which carrier it is by.
func (b *lineBuilder) delivery(d *schema.OrderDelivery) (int64, error) {
	carrier, missing, key, err := b.r.mapped(command.WaitCarrier, "delivery.carrier", b.r.channel.Mapping.Carriers, d.Carrier, "delivery.carrier")
	if err != nil {
		return 0, err
	}
	if missing != nil {
		b.miss(*missing, key)
	}
	taxes, err := b.taxes(d.Taxes, "delivery")
	if err != nil || missing != nil {
		return 0, err
	}
	method, err := b.r.readOne("delivery.carrier", carrier, "product_id", "name")
	if err != nil {
		return 0, err
	}
	b.row(decide.LineID(b.r.c.Channel, b.r.c.Subject, deliveryKey), method.Ref("product_id"), "1", decide.Price{Unit: decide.Num(d.Price)}, or(d.Description, method.Text("name")), taxes, true)
	return carrier, nil
}

func (b *lineBuilder) row(externalID string, product int64, quantity string, price decide.Price, text, taxes string, delivery bool) {
	var w row
	w.text("id", externalID)
	w.ref("product_id", product)
	w.text("product_uom_qty", quantity)
	w.text("price_unit", price.Unit.String())
	w.text("discount", price.Discount.String())
	if b.described {
		w.text("name", text)
	}
	if b.data.Delivery != nil {
		w.text("is_delivery", map[bool]string{true: "1", false: "0"}[delivery])
	}
	if b.taxColumn {
		w.text(b.taxField+"/.id", taxes)
	}
	b.rows = append(b.rows, w)
}

// taxes are the ids of the taxes that are named, joined by commas.
func (b *lineBuilder) taxes(codes *[]string, path string) (string, error) {
	if codes == nil {
		return "", nil
	}
	var ids []int64
	for i, code := range *codes {
		id, missing, key, err := b.r.mapped(command.WaitTax, "account.tax", b.r.channel.Mapping.Taxes, code, fmt.Sprintf("%s.taxes[%d]", path, i))
		if err != nil {
			return "", err
		}
		if missing != nil {
			b.miss(*missing, key)
			continue
		}
		ids = append(ids, id)
	}
	return joinIDs(ids), nil
}

// lineTaxes writes the taxes of lines that name them, when others leave them to Odoo.
func (r *run) lineTaxes(order int64, data schema.OrderPlace) error {
	if allTaxesGiven(data) || r.noted("taxed") != "" {
		return nil
	}
	field, err := r.taxField()
	if err != nil {
		return err
	}
	b := &lineBuilder{r: r, data: data}
	for i, line := range data.Lines {
		if err := b.writeTaxes(order, field, lineKey(line, i), line.Taxes); err != nil {
			return err
		}
	}
	if data.Delivery != nil {
		if err := b.writeTaxes(order, field, deliveryKey, data.Delivery.Taxes); err != nil {
			return err
		}
	}
	return r.note("taxed", "yes")
}

func (b *lineBuilder) writeTaxes(order int64, field, key string, codes *[]string) error {
	if codes == nil {
		return nil
	}
	if _, err := b.taxes(codes, "lines"); err != nil {
		return err
	}
	if err := parkAll(b.problems, b.waits); err != nil {
		return err
	}
	ids := []int64{}
	for _, code := range *codes {
		id, _, _, err := b.r.mapped(command.WaitTax, "account.tax", b.r.channel.Mapping.Taxes, code, "")
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	line, found, err := b.r.named(decide.LineID(b.r.c.Channel, b.r.c.Subject, key), "sale.order.line")
	if err != nil || !found {
		return err
	}
	now, err := b.r.readOne("sale.order.line", line, "order_id", "state")
	if err != nil || now.Ref("order_id") != order || now.Text("state") == "sale" || now.Text("state") == "done" {
		return err
	}
	return b.r.write("tax line", "sale.order.line", []int64{line}, map[string]any{field: []any{[]any{6, 0, ids}}})
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
