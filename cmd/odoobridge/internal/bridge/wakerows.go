package bridge

import (
	"context"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/change"
)

// brought are the tables of what no event tells of, with what commands call it that wait for one of its
// rows. A kind without a column stands for whatever is mapped: which code means the row is
// for the executor to find out.
var brought = map[string]struct {
	kind   command.WaitKind
	column string
}{
	"stock_warehouse":      {command.WaitWarehouse, "code"},
	"stock_location":       {command.WaitLocation, "complete_name"},
	"stock_lot":            {command.WaitLot, "name"},
	"stock_production_lot": {command.WaitLot, "name"}, // before 16
	"mailing_list":         {command.WaitList, "name"},
	"account_tax":          {command.WaitTax, ""},
	"account_journal":      {command.WaitPaymentMethod, ""},
	"account_payment_term": {command.WaitPaymentTerm, ""},
	"delivery_carrier":     {command.WaitCarrier, ""},
	"product_pricelist":    {command.WaitPricelist, ""},
	"res_partner":          {command.WaitGuestCustomer, ""},
}

// externalIDs is the table of external ids, by which a code may be mapped to a record that was there before.
const externalIDs = "ir_model_data"

// mappedModels are the models that codes are mapped to, as external ids name them.
var mappedModels = map[string]command.WaitKind{
	"account.tax":          command.WaitTax,
	"account.journal":      command.WaitPaymentMethod,
	"account.payment.term": command.WaitPaymentTerm,
	"delivery.carrier":     command.WaitCarrier,
	"product.pricelist":    command.WaitPricelist,
	"res.partner":          command.WaitGuestCustomer,
}

// tapped applies pieces of the log, and tells commands that wait what they bring.
func (b *bridge) tapped(apply func(context.Context, []change.Piece) error) func(context.Context, []change.Piece) error {
	if b.commands == nil {
		return apply
	}
	return func(ctx context.Context, pieces []change.Piece) error {
		var found []wake // before apply: the pieces' texts are theirs
		for i := range pieces {
			for n := range pieces[i].Changes {
				w, is := wakeOfRow(&pieces[i].Changes[n])
				if is && (len(found) == 0 || found[len(found)-1] != w) { // many rows of one table stand together
					found = append(found, w)
				}
			}
		}
		err := apply(ctx, pieces)
		if err == nil {
			b.wakes.add(found...)
		}
		return err
	}
}

func wakeOfRow(c *change.Change) (w wake, is bool) {
	if c.Kind != change.Insert && c.Kind != change.Update {
		return wake{}, false
	}
	if c.Relation.Name == externalIDs {
		kind, mapped := mappedModels[newText(c, "model")]
		return wake{"", kind.String()}, mapped
	}
	of, found := brought[c.Relation.Name]
	switch {
	case !found:
		return wake{}, false
	case of.column == "":
		return wake{"", of.kind.String()}, true
	}
	name := newText(c, of.column)
	return wake{"", of.kind.String() + name}, name != ""
}

// newText is a column of a row as it is now; "" where it is empty, or did not change and is long.
func newText(c *change.Change, column string) string {
	for i := range c.Relation.Columns {
		if c.Relation.Columns[i].Name == column && c.New[i].State == change.Text {
			return string(c.New[i].Text)
		}
	}
	return ""
}
