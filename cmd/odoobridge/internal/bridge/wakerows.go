package bridge

import (
	"context"

	"github.com/odoobridge/odoobridge/internal/change"
)

// brought are the tables of what no event tells of, with what commands call it that wait for one of its
// rows. A prefix without a column stands for whatever is mapped: which code means the row is
// for the executor to find out.
var brought = map[string]struct{ prefix, column string }{
	"stock_warehouse":      {"warehouse/", "code"},
	"stock_location":       {"location/", "complete_name"},
	"stock_lot":            {"lot/", "name"},
	"stock_production_lot": {"lot/", "name"}, // before 16
	"mailing_list":         {"list/", "name"},
	"account_tax":          {"mapping/tax/", ""},
	"account_journal":      {"mapping/payment_method/", ""},
	"delivery_carrier":     {"mapping/carrier/", ""},
	"product_pricelist":    {"mapping/pricelist/", ""},
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
				found = append(found, wakesOfRow(&pieces[i].Changes[n])...)
			}
		}
		err := apply(ctx, pieces)
		if err == nil {
			b.wakes.add(found...)
		}
		return err
	}
}

func wakesOfRow(c *change.Change) []wake {
	if c.Kind != change.Insert && c.Kind != change.Update {
		return nil
	}
	key, found := brought[c.Relation.Name]
	switch {
	case !found:
		return nil
	case key.column == "":
		return []wake{{"", key.prefix}}
	}
	for i := range c.Relation.Columns {
		if c.Relation.Columns[i].Name == key.column && c.New[i].State == change.Text {
			return []wake{{"", key.prefix + string(c.New[i].Text)}}
		}
	}
	return nil
}
