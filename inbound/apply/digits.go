package apply

import (
	"encoding/json"
	"fmt"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

const (
	usualDigits = 2 // what Odoo takes where nobody has set any
	mostDigits  = 9 // of a number in a command
)

// fieldTold is what Odoo says of a field: [16, 2] where it rounds to two digits what is written, false where it does not.
type fieldTold struct {
	Digits json.RawMessage `json:"digits"`
}

func (d fieldTold) places() int32 {
	var digits []int32
	if json.Unmarshal(d.Digits, &digits) != nil || len(digits) == 0 {
		return mostDigits
	}
	return min(max(digits[len(digits)-1], 0), mostDigits)
}

// digits are the decimal places to which Odoo rounds what is written into fields of a model. It tells everybody, with what it
// says of its fields; the table behind it is read by administrators alone. Prices are not rounded from 19 on.
func (r *run) digits(model string, fields ...string) (map[string]int32, error) {
	digits, _, err := lookUp(r.x.cache, "digits/"+model, func() (map[string]int32, bool, error) {
		var told map[string]fieldTold
		err := r.x.odoo.Do(r.ctx, odoo.Call{Model: model, Method: "fields_get", Args: []any{fields, []string{"digits"}}, Context: r.context()}, &told)
		if err != nil && !absent(err) {
			return nil, false, err
		}
		digits := map[string]int32{}
		for _, field := range fields {
			digits[field] = usualDigits
			if d, there := told[field]; there {
				digits[field] = d.places()
			}
		}
		return digits, true, nil
	})
	return digits, err
}

// soldDigits are those of an order's lines.
func (r *run) soldDigits() (decide.Digits, error) {
	d, err := r.digits("sale.order.line", "price_unit", "discount", "product_uom_qty")
	return decide.Digits{Price: d["price_unit"], Discount: d["discount"], Quantity: d["product_uom_qty"]}, err
}

// countedDigits are those of a quantity on hand.
func (r *run) countedDigits() (int32, error) {
	d, err := r.digits("stock.quant", "inventory_quantity_auto_apply")
	return d["inventory_quantity_auto_apply"], err
}

// creditedDigits are those of a price on a credit note.
func (r *run) creditedDigits() (int32, error) {
	d, err := r.digits("account.move.line", "price_unit")
	return d["price_unit"], err
}

// finer says whether a number has more digits after the point than Odoo keeps: what it makes of it would be another.
func finer(n decide.Decimal, digits int32) bool { return n.Round(digits).Cmp(n) != 0 }

// exact refuses a quantity on hand that is finer than Odoo keeps any.
func (r *run) exact(quantity decide.Decimal, path string) error {
	digits, err := r.countedDigits()
	if err != nil || !finer(quantity, digits) {
		return err
	}
	return r.reject(problem(schema.CodeInvalid, path, fmt.Sprintf("Odoo keeps quantities to %d digits after the point", digits)))
}
