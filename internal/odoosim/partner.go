package odoosim

import (
	"maps"
	"strings"
)

func partnerModel() *model {
	return &model{
		name: "res.partner", table: "res_partner", title: "Contact", order: "complete_name, id DESC",
		labels: map[string]string{"country_id": "Country", "state_id": "State", "parent_id": "Related Company"},
		refs: map[string]string{
			"parent_id": "res.partner", "commercial_partner_id": "res.partner", "country_id": "res.country",
			"state_id": "res.country.state", "company_id": "res.company", "user_id": "res.users", "team_id": "crm.team",
		},
		lines:  map[string]lines{"child_ids": {"res.partner", "parent_id"}},
		create: createPartner, write: writePartner,
	}
}

func createPartner(e *env, v vals) int64 {
	row := vals{
		"color": 0, "lang": "en_US", "type": "contact", "active": true, "is_company": false, "message_bounce": 0,
		"supplier_rank": 0, "customer_rank": 0, "autopost_bills": "ask", "invoice_warn": "no-message", "picking_warn": "no-message", "sale_warn": "no-message",
	}
	maps.Copy(row, v)
	id := e.insert("res_partner", row)
	e.addressFromParent(id)
	e.later(func() {
		derived := e.partnerDerived(e.get("res_partner", id))
		derived["partner_share"] = true
		if e.get("res_country", v.int("country_id"))["code"] == "GB" {
			derived["peppol_eas"] = "9932"
		}
		e.recompute("res_partner", id, derived)
	})
	return id
}

// writePartner writes given and derived values in one go. It writes also where
// nothing differs: Odoo does, and sets write_date.
func writePartner(e *env, ids []int64, v vals) {
	for _, id := range ids {
		after := e.get("res_partner", id)
		if e.newer() && after.int("commercial_partner_id") == id {
			e.touchChildren(id)
		}
		for column, value := range v {
			if text := textOf(value, e.tables["res_partner"][column] == "boolean"); text != nil {
				after[column] = string(text)
			} else {
				delete(after, column)
			}
		}
		row := maps.Clone(v)
		maps.Copy(row, e.partnerDerived(after))
		e.write("res_partner", id, row)
		e.shareAddress(id, v)
	}
}

// touchChildren writes the contacts of a company or person without changing them:
// Odoo 18 hands down its commercial fields at every write, though they are none.
func (e *env) touchChildren(id int64) {
	for _, child := range e.rows("SELECT id FROM res_partner WHERE parent_id = $1 AND active AND NOT COALESCE(is_company, FALSE) ORDER BY id", id) {
		e.touchChildren(child.id())
		e.write("res_partner", child.id(), vals{})
	}
}

// partnerDerived are the stored columns that follow from others.
func (e *env) partnerDerived(p rec) vals {
	v := vals{"commercial_partner_id": p.id(), "complete_name": p.ref("name"), "email_normalized": nil, "phone_sanitized": nil}
	if parent := e.get("res_partner", p.int("parent_id")); parent != nil && !p.is("is_company") {
		v["commercial_partner_id"] = parent.ref("commercial_partner_id")
		v["complete_name"] = parent["name"] + ", " + p["name"]
	}
	if email := p["email"]; strings.Contains(email, "@") {
		v["email_normalized"] = strings.ToLower(email)
	}
	if phone := p["mobile"]; phone != "" {
		v["phone_sanitized"] = phone
	} else if phone := p["phone"]; phone != "" {
		v["phone_sanitized"] = phone
	}
	return v
}
