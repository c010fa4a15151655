package apply

import (
	"fmt"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

// unitStep is the least quantity of a unit of measure, of which all others are multiples: 1 for pieces that nobody halves, 0.01 by
// default. An order line may have others, of which Odoo then ships more than was sold; counts it refuses. From 19 on units have none of
// their own.
func (r *run) unitStep(unit int64) (decide.Decimal, error) {
	release, err := r.release()
	if err != nil || release >= 19 || unit == 0 {
		return decide.Decimal{}, err
	}
	step, _, err := lookUp(r.x.cache, fmt.Sprintf("unit/%d", unit), func() (decide.Decimal, bool, error) {
		found, err := r.readOne("uom.uom", unit, "rounding")
		if absent(err) {
			return decide.Decimal{}, true, nil
		}
		return decide.Num(found.Number("rounding")).Round(mostDigits), err == nil, err
	})
	return step, err
}

// inSteps says of a quantity that is none of its unit's. For whole ones Odoo is not asked.
func (r *run) inSteps(unit int64, q quantityAt) (*command.Problem, error) {
	quantity := decide.Num(q.quantity)
	if !finer(quantity, 0) {
		return nil, nil
	}
	step, err := r.unitStep(unit)
	if err != nil || step.Sign() <= 0 {
		return nil, err
	}
	if times := quantity.Quo(step).Round(6); !finer(times, 0) {
		return nil, nil
	}
	p := problem(schema.CodeInvalid, q.path, fmt.Sprintf("Odoo rounds this product's unit to multiples of %s: it would make another of %s", step, q.quantity))
	p.Remedy = "Send a quantity of the product's unit of measure in Odoo, with a new `id`. Odoo's administrator may have the unit keep finer ones: its Rounding Precision."
	return &p, nil
}

// counted refuses a quantity on hand that Odoo would not keep.
func (r *run) counted(s shelf, q quantityAt) error {
	if err := r.kept([]quantityAt{q}, r.countedDigits); err != nil {
		return err
	}
	wrong, err := r.inSteps(s.unit, q)
	if err == nil && wrong != nil {
		return r.reject(*wrong)
	}
	return err
}
