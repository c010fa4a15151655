package odoo

import "strings"

// Placed is what the mirror knows of an order that a channel placed.
type Placed struct {
	State     string // "draft", "sent", "sale", "cancel"
	Warehouse string // short name; "" where Odoo's stock is not installed
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

// levelsOf is Profile.LevelsOf.
func (m *mapping) levelsOf(rows Rows, sku, barcode, warehouse string, company int64) (levels []Key) {
	column, code := productSKU, sku
	if code == "" {
		column, code = productBarcode, barcode
	}
	if code == "" || m.product.Absent || m.warehouse.Absent {
		return nil
	}
	for _, product := range rows.FindText(m.product, column, code) {
		rows.Scan(m.warehouse, func(w Row) bool {
			if (warehouse == "" || w.Text(warehouseCode) == warehouse) && (company == 0 || w.Int(warehouseCompany) == company) {
				levels = append(levels, Key{product.Int(productID), w.Int(namedID)})
			}
			return true
		})
	}
	return levels
}
