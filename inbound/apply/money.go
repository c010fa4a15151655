package apply

import (
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// money is a currency of Odoo's, and the least amount of it, of which all others are multiples: 0.01 of euros, 1 of yen.
type money struct {
	id   int64
	step decide.Decimal
}

// currency is the one of an ISO 4217 code, if Odoo has it switched on.
func (r *run) currency(code string) (money, bool, error) {
	return lookUp(r.x.cache, "currency/"+code, func() (money, bool, error) {
		found, err := r.first("res.currency", odoo.Domain{{"name", "=", code}}, []string{"rounding"})
		if err != nil || found == nil {
			return money{}, false, err
		}
		return money{found.ID(), decide.Num(found.Number("rounding")).Round(mostDigits)}, true, nil
	})
}

// amountAt is an amount of a command, and where it is; none where the command has none.
type amountAt struct {
	amount schema.Decimal
	path   string
}

// payable refuses amounts that the currency has not got, all at once: Odoo would book others. For whole ones it is not asked, and one
// that it has not switched on is told of later, beside what the document is in.
func (r *run) payable(code string, amounts ...amountAt) error {
	if !slices.ContainsFunc(amounts, func(a amountAt) bool { return finer(decide.Num(a.amount), 0) }) {
		return nil
	}
	currency, found, err := r.currency(code)
	if err != nil || !found || currency.step.Sign() <= 0 {
		return err
	}
	var problems []command.Problem
	for _, a := range amounts {
		if times := decide.Num(a.amount).Quo(currency.step).Round(mostDigits); !finer(times, 0) {
			continue
		}
		p := problem(schema.CodeInvalid, a.path, fmt.Sprintf("Odoo keeps amounts of %s as multiples of %s: it would make another of %s", code, currency.step, a.amount))
		p.Remedy = "Send an amount that can be paid in the currency, with a new `id`."
		problems = append(problems, p)
	}
	if len(problems) == 0 {
		return nil
	}
	return r.reject(problems...)
}

// refundedAmounts are those of a refund that Odoo books as they are.
func refundedAmounts(data schema.RefundRecord) []amountAt {
	all := []amountAt{{data.Amount, "amount"}, {data.Delivery, "delivery"}}
	for i, line := range data.Lines {
		all = append(all, amountAt{line.Amount, fmt.Sprintf("lines[%d].amount", i)})
	}
	if data.Payment != nil {
		all = append(all, amountAt{data.Payment.Amount, "payment.amount"})
	}
	return all
}
