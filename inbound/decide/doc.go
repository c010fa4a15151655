// Package decide holds the decisions of the inbound river as pure functions: which
// customer is meant, which fields a channel may change, whether a command comes too late, what
// price Odoo is to be told, whether totals agree, what things are called.
//
// Nothing here reads or writes anything: what is in Odoo comes in as values, so
// that every rule is a table in a test. Package apply asks Odoo, decides here, and acts.
package decide
