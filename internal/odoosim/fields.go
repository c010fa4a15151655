package odoosim

import (
	"maps"
	"slices"
	"strconv"
)

// rounded are the columns that Odoo rounds to as many digits as its table of decimal precisions has for prices, discounts and quantities: two.
var rounded = []string{"price_unit", "discount", "product_uom_qty", "quantity", "qty_delivered", "qty_invoiced", "inventory_quantity", "inventory_quantity_auto_apply", "list_price"}

// fieldsGet tells of fields to how many digits they are rounded: as [16, 2], or as false where they are not. What else Odoo
// tells of them is not simulated.
func fieldsGet(e *env, c *call) any {
	names := fieldNames(c.arg(0, "allfields"))
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(e.tables[c.model.table]))
	}
	attributes := fieldNames(c.arg(1, "attributes"))
	told := map[string]any{}
	for _, name := range names {
		told[name] = map[string]any{}
		if slices.Contains(attributes, "digits") && slices.Contains(rounded, name) {
			told[name] = map[string]any{"digits": e.digits(name)}
		}
	}
	return told
}

func (e *env) digits(column string) any {
	if e.tables.major() >= 19 && (column == "price_unit" || column == "list_price") {
		return false
	}
	return []int{16, 2}
}

// price is a price as it is kept: from 19 on as it was written.
func (e *env) price(x float64) float64 {
	if e.tables.major() >= 19 {
		return x
	}
	return round2(x)
}

// priced is a price as its column has it.
func (e *env) priced(x float64) string {
	if e.tables.major() >= 19 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return two(x)
}
