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
// A database may be behind a network, where each answer that is waited for costs more than the statement. So an operation is
// steps: each sends statements whose answers only the next one needs, and the first steps of all that have come together are sent
// before anybody waits, then the second ones. Claiming, taking and settling are two steps each, however many commands
// there are; what a decision depends on is asked by the statement that writes it. What is rare, a person's decision or waking what
// waits, asks as it goes, alone after the others.
//
// What is committed is seen, and survives the process; what is synced survives the machine. The writer does not wait for the disk: another
// goroutine syncs for all who wait, and a command can be taken, and Odoo asked about it, before its claim is durable. Its
// message is not acknowledged until then, and nothing is changed in Odoo, for Calling waits for the claim. Who waits for
// something to take (TakeNext) has it with the transaction that claims it.
//
// What a sync takes grows with what it has to write, and a settlement changes a row in each of some twenty pages. Where that is so
// (Database.Ahead) one that comes by itself is two transactions: its outcome in a row of its own, which is synced, and beside the sync
// all that follows from it. A process that ends in between is followed up by the next one (Follow), before it does anything else. Of many that come
// together none is: they share a sync.
//
// Order among commands is kept in table key: a row for each key of each open command. A command is
// ready when no other holds it back. That is found out when it is claimed, and again for
// the next in line whenever one of its keys changes hands; Take only reads an index.
package commands
