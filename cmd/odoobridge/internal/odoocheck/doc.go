// Package odoocheck asks Odoo's API whether the commands of the configuration can be carried out: with the login and key of
// each user, over the same client and with the same look-ups as the bridge itself.
//
// It reads and asks for rights; it makes and changes nothing. What a finding says names what the configuration has - logins,
// companies, codes - and nothing of what stands in Odoo's records.
//
// What Odoo's access rights (ir.model.access) allow is asked for; what rules and Odoo's own code refuse beyond that shows
// when a command is carried out, but for the two cases that are known: groups that a verb asks for, and sellers who see
// their own documents alone.
package odoocheck
