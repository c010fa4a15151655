package odoo

import "strings"

// Placed is what the mirror knows of an order that a channel placed.
type Placed struct {
	State     string // "draft", "sent", "sale", "cancel"
	Warehouse string // short name; "" where Odoo's stock is not installed
}

// Taken is what an order takes of a product, or of what it is made of.
type Taken struct {
	Takes []Take
	Known bool   // there is such a product, and such a warehouse
	Why   string // it is a kit that counts as itself, for it is not certain what Odoo will move in its place; "" else
}

// Take is how much is taken from a stock level.
type Take struct {
	Level    Key
	Quantity Decimal
}

// placedOrder is Profile.PlacedOrder.
func (m *mapping) placedOrder(rows Rows, externalID string) (placed Placed, found bool) {
	module, name, _ := strings.Cut(externalID, ".")
	if m.externalID.Absent || m.order.Absent {
		return Placed{}, false
	}
	for _, row := range rows.FindText(m.externalID, externalText, name) {
		if row.Text(externalModule) != module || row.field(externalModel) != modelOrder {
			continue
		}
		order, there := rows.Get(m.order, Key{row.Int(externalRecord)})
		if !there {
			continue
		}
		placed.State = stateOf(order)
		if m.order.has(orderWarehouse) {
			warehouse, _ := rows.Get(m.warehouse, Key{order.Int(orderWarehouse)})
			placed.Warehouse = warehouse.Text(warehouseCode)
		}
		return placed, true
	}
	return Placed{}, false
}

// takes is Profile.Takes.
func (m *mapping) takes(rows Rows, sku, barcode, quantity, warehouse string, company int64) (taken Taken) {
	column, code := productSKU, sku
	if code == "" {
		column, code = productBarcode, barcode
	}
	ordered, ok := parseFinite(quantity)
	switch {
	case !ok: // the command's schema does not let it pass
		return Taken{Known: true}
	case code == "" || m.product.Absent || m.warehouse.Absent:
		return Taken{}
	}
	for _, product := range rows.FindText(m.product, column, code) {
		rows.Scan(m.warehouse, func(w Row) bool {
			if (warehouse == "" || w.Text(warehouseCode) == warehouse) && (company == 0 || w.Int(warehouseCompany) == company) {
				taken.Known = true
				m.takesFrom(rows, w, product, ordered, &taken)
			}
			return true
		})
	}
	return taken
}

// takesFrom adds what is taken of a product in one warehouse.
func (m *mapping) takesFrom(rows Rows, warehouse, product Row, quantity *Decimal, taken *Taken) {
	template, _ := rows.Get(m.template, Key{product.Int(productTemplate)})
	float, _ := quantity.Float64() // an error says that it is not exact
	parts, kit, why := m.takeApart(rows, product, template, float, warehouse.Int(warehouseCompany))
	if !kit || why != "" {
		parts = []kitPart{{product.Int(productID), *quantity}}
	}
	if why != "" {
		taken.Why = why
	}
	for _, part := range parts {
		taken.Takes = append(taken.Takes, Take{Key{part.product, warehouse.Int(namedID)}, part.quantity})
	}
}
