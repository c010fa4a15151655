// Package verify compares what the ledger says of commands with what Odoo has: that the records are there, that each is said to be
// a command's by one record alone, that channels' ids mean the records that the ledger remembers, and that no command is stuck.
//
// It reads alone, from the ledger on disk or in PostgreSQL and from Odoo's API as each channel's own user, whether a bridge runs
// or not. What changes meanwhile may be told as it was a moment before. The ledger is read page by page, and of what is found
// only so much is kept as a person can read: memory does not grow with the ledger. Nothing of a command's data is shown.
package verify
