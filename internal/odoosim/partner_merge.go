package odoosim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// toPartners are the columns whose foreign key in a real Odoo is to res_partner,
// by table. They are named because these databases have no foreign keys.
var toPartners = []struct {
	table   string
	columns []string
}{
	{"account_move", []string{"partner_id", "commercial_partner_id", "partner_shipping_id"}},
	{"account_move_line", []string{"partner_id"}},
	{"account_payment", []string{"partner_id"}},
	{"loyalty_card", []string{"partner_id"}},
	{"payment_transaction", []string{"partner_id"}},
	{"procurement_group", []string{"partner_id"}},
	{"res_company", []string{"partner_id"}},
	{"res_partner", []string{"parent_id", "commercial_partner_id"}},
	{"res_users", []string{"partner_id"}},
	{"sale_order", []string{"partner_id", "partner_invoice_id", "partner_shipping_id"}},
	{"sale_order_line", []string{"order_partner_id"}},
	{"stock_location", []string{"partner_id"}},
	{"stock_move", []string{"partner_id", "restrict_partner_id"}},
	{"stock_move_line", []string{"owner_id"}},
	{"stock_picking", []string{"partner_id", "owner_id"}},
	{"stock_quant", []string{"owner_id"}},
	{"stock_warehouse", []string{"partner_id"}},
}

// inherited are the columns that the survivor takes from the others where it has none.
var inherited = []string{"ref", "vat", "street", "street2", "zip", "city", "state_id", "country_id", "email", "phone", "mobile", "website", "lang", "user_id", "team_id"}

// partnerMergeModel is the wizard that makes one contact of several.
func partnerMergeModel() *model {
	return wizard("base.partner.merge.automatic.wizard", "Merge Partner Wizard", []string{"partner_ids", "dst_partner_id", "state"},
		func(e *env, v vals) {
			if _, given := v["partner_ids"]; !given {
				v["partner_ids"] = []any{[]any{6, 0, toAny(e.active("res.partner"))}}
			}
		}, map[string]method{"action_merge": actionMerge})
}

// actionMerge merges, and answers with the action that shows the wizard again.
func actionMerge(e *env, c *call) any {
	var action any
	for _, id := range c.ids() {
		w := e.wizard(c.model, id)
		e.mergePartners(many(w["partner_ids"]), toInt(w["dst_partner_id"]))
		e.server.wizards.write(c.model.name, id, vals{"state": "finished"})
		action = map[string]any{"type": "ir.actions.act_window", "res_model": c.model.name, "res_id": id, "view_mode": "form", "target": "new"}
	}
	return action
}

// mergePartners points by SQL to the survivor whatever refers to the sources,
// so that neither write_date nor write_uid of those rows tells of it, then
// deletes the sources.
func (e *env) mergePartners(ids []int64, survivor int64) {
	partners := modelOf("res.partner")
	e.mustExist(partners, ids)
	if len(ids) < 2 {
		return
	}
	if !slices.Contains(ids, survivor) {
		slices.Sort(ids)
		survivor = ids[len(ids)-1]
	}
	sources := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == survivor })
	e.checkMerge(ids)
	list := joinIDs(sources)
	values := e.inheritance(survivor, list)
	for _, to := range toPartners {
		for _, column := range to.columns {
			if _, there := e.tables[to.table][column]; there {
				e.exec(fmt.Sprintf("UPDATE %[1]s SET %[2]s = $1 WHERE %[2]s IN (%[3]s)", quote(to.table), quote(column), list), survivor)
			}
		}
	}
	e.exec("UPDATE ir_model_data SET res_id = $1 WHERE model = 'res.partner' AND res_id IN ("+list+")", survivor)
	partners.write(e, []int64{survivor}, values)
	e.logMerge(sources, survivor)
	e.exec("DELETE FROM res_partner WHERE id IN (" + list + ")")
}

// logMerge leaves under the survivor which contacts it was merged with, and points to it what was left under them.
func (e *env) logMerge(sources []int64, survivor int64) {
	e.exec("UPDATE mail_message SET res_id = $1 WHERE model = 'res.partner' AND res_id IN ("+joinIDs(sources)+")", survivor)
	var said []string
	for _, id := range sources {
		p := e.get("res_partner", id)
		said = append(said, fmt.Sprintf("%s <%s> (ID %d)", p["name"], cmp.Or(p["email"], "n/a"), id))
	}
	e.post("res.partner", survivor, "Merged with the following partners: "+strings.Join(said, ", "))
}

// checkMerge refuses what Odoo refuses: a contact with its own child, and
// more than three at once.
func (e *env) checkMerge(ids []int64) {
	if len(ids) > 3 && e.uid != superuser {
		userError("For safety reasons, you cannot merge more than 3 contacts together. You can re-open the wizard several times if needed.")
	}
	list := joinIDs(ids)
	if e.row(fmt.Sprintf("SELECT id FROM res_partner WHERE id IN (%[1]s) AND parent_id IN (%[1]s)", list)) != nil {
		userError("You cannot merge a contact with one of his parent.")
	}
}

// inheritance are the values that the survivor lacks and a source has; the last source's counts.
func (e *env) inheritance(survivor int64, sources string) vals {
	values, own := vals{}, e.get("res_partner", survivor)
	for _, source := range e.rows("SELECT * FROM res_partner WHERE id IN (" + sources + ") ORDER BY id") {
		for _, column := range inherited {
			if own[column] == "" && source[column] != "" {
				values[column] = source[column]
			}
		}
	}
	return values
}
