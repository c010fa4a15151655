package odoo

import (
	"slices"
	"strings"
)

// channelPrefix begins the module name under which a channel keeps its own
// names of Odoo's records in ir_model_data.
const channelPrefix = "channel_"

// The models whose external ids documents show.
const (
	modelPartner   = "res.partner"
	modelTemplate  = "product.template"
	modelProduct   = "product.product"
	modelOrder     = "sale.order"
	modelOrderLine = "sale.order.line"
	modelPicking   = "stock.picking"

	modelDocument    = "account.move"
	modelPayment     = "account.payment"
	modelTransaction = "payment.transaction"
)

// ofChannel keeps the few rows of ir_model_data that channels made.
func ofChannel(row Row) bool {
	if !strings.HasPrefix(row.field(externalModule), channelPrefix) || row.Null(externalRecord) {
		return false
	}
	switch row.field(externalModel) {
	case modelPartner, modelTemplate, modelProduct, modelOrder, modelOrderLine, modelPicking,
		modelDocument, modelPayment, modelTransaction:
		return true
	}
	return false
}

type record struct {
	model string
	id    int64
}

type externalName struct{ channel, name string }

// externalIDs writes what channels call the record: {"shopify":"customer_7001"}.
// Where a channel has several names for it, that of the first record counts, and of
// those the one with the lowest id.
func (m *mapping) externalIDs(w *writer, rows Rows, records ...record) {
	w.openObject("external_ids")
	var names []externalName
	for _, r := range records {
		for _, row := range rows.Find(m.externalID, externalRecord, r.id) {
			if row.field(externalModel) != r.model {
				continue
			}
			channel := row.Text(externalModule)[len(channelPrefix):]
			if !slices.ContainsFunc(names, func(n externalName) bool { return n.channel == channel }) {
				names = append(names, externalName{channel, row.Text(externalText)})
			}
		}
	}
	slices.SortFunc(names, func(a, b externalName) int { return strings.Compare(a.channel, b.channel) })
	for _, n := range names {
		w.named(n.channel, n.name)
	}
	w.close()
}

// touchExternal passes on the records that a change of ir_model_data concerns.
func touchExternal(old, new Row, touch func(model string, id int64)) {
	for _, row := range [2]Row{old, new} {
		if row.Exists() {
			touch(row.field(externalModel), row.Int(externalRecord))
		}
	}
}
