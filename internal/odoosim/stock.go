package odoosim

// stock is what there is of a product in the warehouses of the caller's company.
type stock struct{ onHand, reserved, incoming, outgoing float64 }

// stockOf sums quants and open moves under the warehouses' view locations, as
// Odoo computes availability; a context's warehouse narrows it to one. From 18 on an open move goes where its last step takes it.
func (e *env) stockOf(product int64) stock {
	warehouse, to := toInt(e.context["warehouse"]), "m.location_dest_id"
	if e.newer() {
		to = "COALESCE(m.location_final_id, m.location_dest_id)"
	}
	row := e.row(`WITH inside AS (
			SELECT l.id FROM stock_location l JOIN stock_location v ON l.parent_path LIKE v.parent_path || '%'
			JOIN stock_warehouse w ON w.view_location_id = v.id
			WHERE w.company_id = $2 AND ($3::int = 0 OR w.id = $3::int)),
		open AS (SELECT m.product_qty, m.location_id IN (SELECT id FROM inside) AS leaves, `+to+` IN (SELECT id FROM inside) AS comes
			FROM stock_move m WHERE m.product_id = $1 AND m.state IN ('waiting', 'confirmed', 'partially_available', 'assigned'))
		SELECT (SELECT COALESCE(sum(quantity), 0) FROM stock_quant WHERE product_id = $1 AND location_id IN (SELECT id FROM inside)) AS on_hand,
			(SELECT COALESCE(sum(reserved_quantity), 0) FROM stock_quant WHERE product_id = $1 AND location_id IN (SELECT id FROM inside)) AS reserved,
			(SELECT COALESCE(sum(product_qty), 0) FROM open WHERE comes AND NOT leaves) AS incoming,
			(SELECT COALESCE(sum(product_qty), 0) FROM open WHERE leaves AND NOT comes) AS outgoing`,
		product, e.company().id(), warehouse)
	return stock{row.float("on_hand"), row.float("reserved"), row.float("incoming"), row.float("outgoing")}
}
