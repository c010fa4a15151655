package apply

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/command"
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
	digits, _, err := lookUp(r.x.cache, "digits/"+model+"/"+strings.Join(fields, ","), func() (map[string]int32, bool, error) {
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

// movedDigits are those of what a transfer moves.
func (r *run) movedDigits() (int32, error) {
	names, err := r.quantityNames()
	if err != nil {
		return 0, err
	}
	d, err := r.digits("stock.move", names.done)
	return d[names.done], err
}

// returnedDigits are those of what a return asks for.
func (r *run) returnedDigits() (int32, error) {
	d, err := r.digits("stock.move", "product_uom_qty")
	return d["product_uom_qty"], err
}

// creditedDigits are those of the lines of a credit note.
func (r *run) creditedDigits() (decide.Digits, error) {
	d, err := r.digits("account.move.line", "price_unit", "quantity")
	return decide.Digits{Price: d["price_unit"], Quantity: d["quantity"]}, err
}

// refundedDigits are those of what a credit note gives back.
func (r *run) refundedDigits() (int32, error) {
	d, err := r.creditedDigits()
	return d.Quantity, err
}

// orderedDigits are those of what an order asks for.
func (r *run) orderedDigits() (int32, error) {
	d, err := r.soldDigits()
	return d.Quantity, err
}

// finer says whether a number has more digits after the point than Odoo keeps: what it makes of it would be another.
func finer(n decide.Decimal, digits int32) bool { return n.Round(digits).Cmp(n) != 0 }

// quantityAt is a quantity of a command, and where it is.
type quantityAt struct {
	quantity schema.Decimal
	path     string
}

// ofLines are the quantities of a command's lines.
func ofLines[T any](lines []T, quantity func(T) schema.Decimal) []quantityAt {
	all := make([]quantityAt, len(lines))
	for i, line := range lines {
		all[i] = quantityAt{quantity(line), fmt.Sprintf("lines[%d].quantity", i)}
	}
	return all
}

const finerRemedy = "Send a quantity that Odoo can keep, such as one in a smaller unit, with a new `id`. Odoo's administrator may have it keep more digits: Decimal Accuracy of Product Unit."

// kept refuses quantities that are finer than Odoo keeps them, all at once. For whole ones it need not be asked how finely that is.
func (r *run) kept(quantities []quantityAt, digitsOf func() (int32, error)) error {
	if !slices.ContainsFunc(quantities, func(q quantityAt) bool { return finer(decide.Num(q.quantity), 0) }) {
		return nil
	}
	digits, err := digitsOf()
	if err != nil {
		return err
	}
	var problems []command.Problem
	for _, q := range quantities {
		if !finer(decide.Num(q.quantity), digits) {
			continue
		}
		problems = append(problems, problem(schema.CodeInvalid, q.path, fmt.Sprintf("Odoo keeps quantities to %d digits after the point: it would make another of %s", digits, q.quantity)))
		problems[len(problems)-1].Remedy = finerRemedy
	}
	if len(problems) == 0 {
		return nil
	}
	return r.reject(problems...)
}
