// Package pgcheck asks Odoo's PostgreSQL whether the bridge can read it, as
// the bridge itself would: with its role, over its own connections.
//
// The one thing that only doing proves - that a slot can be made - is done,
// with a temporary slot that is dropped at once and would go with its
// connection anyway. Everything else only reads catalogues. What to run to mend a finding is SQL
// for an administrator; setup runs the same.
package pgcheck
