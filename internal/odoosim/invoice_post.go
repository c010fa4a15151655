package odoosim

import "fmt"

// postMoves posts drafts. Odoo answers false when all is well.
func postMoves(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		move := e.get("account_move", id)
		if move["state"] == "posted" {
			userError("The entry %s (id %d) must be in draft.", move["name"], id)
		}
		if move["reversed_entry_id"] != "" { // said under the invoice
			e.speak()
		}
		e.postMove(move)
	}
	return false
}

func (e *env) postMove(move rec) {
	name := move["name"]
	if name == "" || name == "/" {
		name = e.moveName(move)
	}
	v := vals{
		"state": "posted", "posted_before": true, "name": name, "sequence_prefix": name[:len(name)-5], "sequence_number": toInt(name[len(name)-5:]),
		"invoice_date_due": e.today(),
	}
	if move["move_type"] != "entry" {
		v["invoice_date"], v["delivery_date"] = orElse(move.ref("invoice_date"), e.today()), e.today()
	}
	if move["move_type"] == "out_invoice" {
		v["payment_reference"] = name
	}
	e.write("account_move", move.id(), v)
	for _, line := range e.rows("SELECT * FROM account_move_line WHERE move_id = $1 ORDER BY id", move.id()) {
		lv := vals{"parent_state": "posted", "move_name": name, "ref": move.ref("ref"), "invoice_date": orElse(v["invoice_date"], nil)}
		if line["display_type"] == "payment_term" {
			lv["name"] = name
		}
		e.write("account_move_line", line.id(), lv)
	}
	if partner := move.int("commercial_partner_id"); partner != 0 {
		e.exec("UPDATE res_partner SET customer_rank = COALESCE(customer_rank, 0) + 1 WHERE id = $1", partner)
	}
	e.invoicedLines(move.id())
}

func orElse(value, otherwise any) any {
	if value == nil {
		return otherwise
	}
	return value
}

// moveName is the next of its journal: INV/2026/00005, RINV/2026/00001.
func (e *env) moveName(move rec) string {
	journal := e.get("account_journal", move.int("journal_id"))
	prefix := journal["code"] + "/"
	switch {
	case move["move_type"] == "out_refund" && journal.is("refund_sequence"):
		prefix = "R" + prefix
	case move["move_type"] == "entry" && journal.is("payment_sequence"):
		prefix = "P" + prefix
	}
	prefix += fmt.Sprint(e.now.Year()) + "/"
	last := e.row("SELECT COALESCE(max(sequence_number), 0) AS n FROM account_move WHERE sequence_prefix = $1", prefix)
	return e.nextOf(prefix, int(last.int("n")))
}

// cancelMoves cancels drafts; draftMoves takes posted entries back.
func cancelMoves(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		e.stateOf(id, "cancel")
	}
	return true
}

func draftMoves(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		e.stateOf(id, "draft")
	}
	return nil
}

func (e *env) stateOf(id int64, state string) {
	e.write("account_move", id, vals{"state": state})
	e.exec("UPDATE account_move_line SET parent_state = $1 WHERE move_id = $2", state, id)
	e.invoicedLines(id)
}
