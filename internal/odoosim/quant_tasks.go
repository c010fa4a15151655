package odoosim

// viewInventory opens the list of counts. Odoo tidies all of the company's rows on that occasion, in every release: those that
// say the same are merged into the oldest, and those without goods, reservation and count are deleted.
func viewInventory(e *env, _ *call) any {
	e.mergeQuants()
	e.dropEmptyQuants()
	return map[string]any{"type": "ir.actions.act_window", "name": "Inventory Adjustments", "res_model": "stock.quant", "view_mode": "list"}
}

// mergeQuants is Odoo's own statement: nobody's write date moves.
func (e *env) mergeQuants() {
	e.exec(`WITH dupes AS (
			SELECT min(id) AS kept, (array_agg(id ORDER BY id))[2:array_length(array_agg(id), 1)] AS others, sum(reserved_quantity) AS reserved_quantity,
				sum(inventory_quantity) AS inventory_quantity, sum(quantity) AS quantity, min(in_date) AS in_date
			FROM stock_quant GROUP BY product_id, company_id, location_id, lot_id, package_id, owner_id HAVING count(id) > 1
		), up AS (
			UPDATE stock_quant q SET quantity = d.quantity, reserved_quantity = d.reserved_quantity, inventory_quantity = d.inventory_quantity, in_date = d.in_date
			FROM dupes d WHERE d.kept = q.id
		)
		DELETE FROM stock_quant WHERE id IN (SELECT unnest(others) FROM dupes)`)
}

func (e *env) dropEmptyQuants() {
	e.exec(`DELETE FROM stock_quant WHERE (round(quantity::numeric, 6) = 0 OR quantity IS NULL) AND round(reserved_quantity::numeric, 6) = 0
		AND (round(inventory_quantity::numeric, 6) = 0 OR inventory_quantity IS NULL) AND user_id IS NULL`)
}
