package odoosim

import (
	"maps"
	"slices"
)

// validatePickings does transfers, or answers with a wizard. A wizard means
// that nothing was done, though Odoo has marked the moves as picked by then.
func validatePickings(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		e.checkQuantities(id)
	}
	picked := picks{}
	for _, id := range c.ids() {
		e.pick(picked, id)
		e.checkLots(id, picked)
	}
	if wizard := e.smsWizard(c.ids()); wizard != nil {
		e.keepPicks(picked)
		return wizard
	}
	if wizard := e.backorderWizard(c.ids(), picked); wizard != nil {
		e.keepPicks(picked)
		return wizard
	}
	for _, id := range c.ids() {
		e.donePicking(id, picked)
	}
	return true
}

// picks are the moves that count as picked in this call, and whether they
// were before.
type picks map[int64]bool

const openMoves = "SELECT * FROM stock_move WHERE picking_id = $1 AND state NOT IN ('done', 'cancel') ORDER BY id"

func (e *env) checkQuantities(id int64) {
	for _, move := range e.rows(openMoves, id) {
		if move.float("quantity") > 0 {
			return
		}
	}
	userError("You cannot validate a transfer if no quantities are reserved. To force the transfer, encode quantities.")
}

// pick takes what somebody picked; where that is nothing, all that has a
// quantity.
func (e *env) pick(picked picks, id int64) {
	moves := e.rows(openMoves, id)
	some := slices.ContainsFunc(moves, func(m rec) bool { return m.is("picked") })
	for _, move := range moves {
		if move.is("picked") || !some && move.float("quantity") > 0 {
			picked[move.id()] = move.is("picked")
		}
	}
}

// keepPicks writes them: Odoo has by the time it asks its questions.
func (e *env) keepPicks(picked picks) {
	for _, id := range slices.Sorted(maps.Keys(picked)) {
		if picked[id] {
			continue
		}
		e.write("stock_move", id, vals{"picked": true})
		for _, line := range e.rows("SELECT id FROM stock_move_line WHERE move_id = $1 ORDER BY id", id) {
			e.write("stock_move_line", line.id(), vals{"picked": true})
		}
	}
}

// smsWizard asks, once per company, whether customers may be sent a text
// message. A company that was never asked has NULL and is not asked either.
func (e *env) smsWizard(ids []int64) any {
	if e.flag("skip_sms") {
		return nil
	}
	for _, id := range ids {
		row := e.row(`SELECT p.id FROM stock_picking p JOIN res_company c ON c.id = p.company_id JOIN res_partner r ON r.id = p.partner_id
			JOIN stock_picking_type t ON t.id = p.picking_type_id
			WHERE p.id = $1 AND t.code = 'outgoing' AND c.stock_move_sms_validation AND c.has_received_warning_stock_sms = FALSE
			AND COALESCE(to_jsonb(r)->>'mobile', r.phone) IS NOT NULL`, id)
		if row != nil {
			view := e.wizardView("confirm.stock.sms")
			return map[string]any{
				"name": "SMS", "type": "ir.actions.act_window", "view_mode": "form", "res_model": "confirm.stock.sms",
				"views": []any{[]any{view, "form"}}, "view_id": view, "target": "new", "res_id": e.server.names.next("confirm.stock.sms", 0),
				"context": e.wizardContext(map[string]any{"button_validate_picking_ids": ids}),
			}
		}
	}
	return nil
}

// backorderWizard asks what becomes of what was not picked.
func (e *env) backorderWizard(ids []int64, picked picks) any {
	if e.flag("skip_backorder") {
		return nil
	}
	var incomplete []any
	for _, id := range ids {
		kind := e.get("stock_picking_type", e.get("stock_picking", id).int("picking_type_id"))
		if kind["create_backorder"] == "ask" && e.leavesRest(id, picked) {
			incomplete = append(incomplete, []any{4, id})
		}
	}
	if incomplete == nil {
		return nil
	}
	view := e.wizardView("stock.backorder.confirmation")
	return map[string]any{
		"name": "Create Backorder?", "type": "ir.actions.act_window", "view_mode": "form", "res_model": "stock.backorder.confirmation",
		"views": []any{[]any{view, "form"}}, "view_id": view, "target": "new",
		"context": e.wizardContext(map[string]any{"button_validate_picking_ids": ids, "default_show_transfers": len(ids) > 1, "default_pick_ids": incomplete}),
	}
}

// wizardContext is the caller's with more in it.
func (e *env) wizardContext(more map[string]any) map[string]any {
	all := map[string]any{}
	for k, v := range e.context {
		all[k] = v
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

// leavesRest says whether something that was ordered is not picked.
func (e *env) leavesRest(id int64, picked picks) bool {
	for _, move := range e.rows(openMoves, id) {
		if _, ok := picked[move.id()]; !ok || round2(move.float("quantity")) < round2(move.float("product_uom_qty")) {
			return true
		}
	}
	return false
}
