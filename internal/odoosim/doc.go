// Package odoosim is a small Odoo 17: its tables, a little data, and a server
// that does over JSON-RPC what shops, warehouses and channels do, writing the
// rows the way a real Odoo 17 was recorded to write them.
//
// What matters here is what a reader of the write-ahead log sees. Each call is
// one REPEATABLE READ transaction; rows are inserted with their amounts still
// NULL and written again when Odoo's recomputation would have run; derived rows
// begin as the superuser's and are then taken over by the caller; write_date is
// the time of the transaction. Answers have the shapes of the recordings, wizards
// that mean "nothing was done" and answers without a result included.
//
// The server works on any database with these tables, so that the tests run the
// recorded calls on a real Odoo's data and compare row by row.
//
// # How it is built
//
// A [Server] answers HTTP. Each call gets an env: the transaction, the user, the
// context. Models are declared in models.go; what a model does beyond reading and
// writing is in the file of that name. Inside a call, code runs as Odoo's own
// does: a failed statement or a business error ends the call at once. It does so
// by a panic with a value of type abort, which env.run turns into an error; no
// panic leaves the package.
//
// A [Fault] makes calls go wrong as they went wrong with real Odoos: before or
// after the commit, by the worker, the proxy or the database. With the release 19.0 the
// server speaks JSON-2 beside JSON-RPC.
//
// Invoices, payments, credit notes and returns give the figures that documents
// show, in Odoo 17's form and in 18's, as a test holds against the recordings; the many
// intermediate writes of Odoo's accounting, its followers and messages are left out. Wizards
// live in memory.
package odoosim
