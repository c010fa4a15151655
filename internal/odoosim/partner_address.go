package odoosim

import "slices"

// address are the columns that contacts share with the company or person they
// belong to. Contacts of another type have an address of their own.
var address = []string{"street", "street2", "zip", "city", "state_id", "country_id"}

// addressFromParent gives a new contact its parent's address in the place of
// what it was made with, by load() too.
func (e *env) addressFromParent(id int64) {
	contact := e.get("res_partner", id)
	parent := e.get("res_partner", contact.int("parent_id"))
	if contact["type"] != "contact" || parent == nil {
		return
	}
	taken := vals{}
	for _, column := range address {
		if parent[column] != "" && parent[column] != contact[column] {
			taken[column] = parent[column]
		}
	}
	if len(taken) > 0 {
		e.write("res_partner", id, taken)
	}
}

// shareAddress hands what was written of an address down to the contacts and,
// from Odoo 19 on, up from a contact to its parent.
func (e *env) shareAddress(id int64, v vals) {
	shared := vals{}
	for column, value := range v {
		if slices.Contains(address, column) {
			shared[column] = value
		}
	}
	if len(shared) == 0 && !v.has("parent_id") && v["type"] != "contact" {
		return
	}
	partner := e.get("res_partner", id)
	if v.has("parent_id") || v["type"] == "contact" {
		e.addressFromParent(id)
	} else if parent := partner.int("parent_id"); parent != 0 && partner["type"] == "contact" && e.tables.major() >= 19 {
		if e.differs(parent, partner) {
			writePartner(e, []int64{parent}, addressOf(partner))
		}
		return // which hands it down again
	}
	if len(shared) == 0 {
		return
	}
	for _, child := range e.rows("SELECT * FROM res_partner WHERE parent_id = $1 AND active AND type = 'contact' ORDER BY id", id) {
		if e.differs(child.id(), partner) {
			writePartner(e, []int64{child.id()}, shared)
		}
	}
}

func addressOf(partner rec) vals {
	all := vals{}
	for _, column := range address {
		all[column] = partner.ref(column)
	}
	return all
}

// differs says whether a contact's address is not that of another.
func (e *env) differs(id int64, from rec) bool {
	there := e.get("res_partner", id)
	return slices.ContainsFunc(address, func(column string) bool { return there[column] != from[column] })
}
