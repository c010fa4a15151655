// Package verify compares what the ledger says of commands with what Odoo has: that the records are there, that each is said to be
// a command's by one record alone, that channels' ids mean the records that the ledger remembers, and that no command is stuck.
//
// It reads alone, from the ledger on disk or in PostgreSQL and from Odoo's API as each channel's own user, whether a bridge runs
// or not. What changes meanwhile may be told as it was a moment before. The ledger is read page by page, and of what is found
// only so much is kept as a person can read: memory does not grow with the ledger. Nothing of a command's data is shown.
//
// Odoo is asked about many commands in one call: which records are there, what external ids they have, which have a mark or a text of
// those looked for. What Odoo leaves out of its answer is missing for its own command alone; where Odoo refuses a whole call, what it
// was about is asked for one by one. A channel's id is looked up by itself only when Odoo tells another of the record: where it has several,
// or leads elsewhere. Quants are not looked
// for as records: Odoo puts them together and deletes them as stock moves.
//
// Of goods three things are compared. A transfer that a command confirmed must be done, which Odoo never takes back, and its lines must have the
// lots that the command named; these a person may have corrected since, so that others are only told. An adjustment must have its stock
// move. A count has one where it changed anything; where Odoo knows of none, what was counted must be on hand, which can be said as long
// as nothing moved there since, two minutes for clocks that differ included.
package verify
