// Package commands is the ledger of commands, whatever database it is kept in.
//
// # How it works
//
// What decides is here, in statements that SQLite and PostgreSQL both understand, so that both stores
// answer alike; an implementation gives transactions, readings and the tables.
//
// One goroutine writes. Calls hand it what is to be done and wait; whatever has come together while the
// last transaction was being synced is done in one, so that a burst of claims costs few syncs and a single one costs
// one. What is wrong with one call does not fail the others: a refusal is a value, and after an error each is
// done in a transaction of its own.
//
// Order among commands is kept in table key: a row for each key of each open command. A command is
// ready when no other holds it back. That is found out when it is claimed, and again for
// the next in line whenever one of its keys changes hands; Take only reads an index.
package commands
