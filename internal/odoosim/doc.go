// Package odoosim is a small Odoo: its tables, a little data, and a server that
// does over JSON-RPC, or JSON-2, what shops, warehouses and channels do, writing the
// rows the way a real Odoo 17 and a real Odoo 18 were recorded to write them.
//
// What matters here is what a reader of the write-ahead log sees. Each call is
// one REPEATABLE READ transaction; rows are inserted with their amounts still
// NULL and written again when Odoo's recomputation would have run; derived rows
// begin as the superuser's and are then taken over by the caller; write_date is
// the time of the transaction. Answers have the shapes of the recordings, wizards
// that mean "nothing was done" and answers without a result included.
//
// The server works on any database with these tables, so that the tests run the
// recorded calls on a real Odoo's data and compare row by row. Which release it is,
// the tables tell.
//
// # What is like Odoo, and what is not
//
// The 46 recorded actions have the same answers in both releases, and 43 of them the same rows,
// columns and numbers of writes included, as a test holds. Different are
//
//   - the order of the statements inside a transaction, which also differs
//     between recordings;
//   - the rows of invoices, payments and credit notes (19, 20, 22): they give the figures
//     that documents show, but the many intermediate writes of Odoo's accounting are left out;
//   - tables that no document is made from: messages, followers, activities,
//     attachments, and the wizards, which live in memory;
//   - a product's taxes, which have no table in the recorded databases: there
//     the orders made before tell whether products have the company's tax;
//   - the inside of a call has no rights of its own to ask for: it works as Odoo's superuser does;
//   - what was never recorded: merging contacts, and the address that contacts share with
//     their company, follow Odoo's source; the rest is a guess.
//
// Odoo 19 was not recorded. [InstallRelease] makes 19's tables by the analyses of OpenUpgrade
// as far as the bridge reads them, order lines have 19's field names, and the server speaks JSON-2.
//
// # Rights
//
// Who may do what is Odoo's own table of groups and models (ir.model.access), for the models that are here; the rules of
// companies and of sellers who see their own documents only (ir.rule); and what Odoo asks for by group in its code: counts and posting.
// The recorded databases have no groups, so that [Options].Rights says who is in which. Refusals have the recorded words, in load() they are
// messages. Methods are checked at their beginning for what they need on their way, and one2many commands for the lines' own
// model. Record rules of other modules, fields with groups of their own and the portal are not simulated. Both tables were taken from the sources of Odoo 17 and 18; one
// refusal was recorded.
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
// after the commit, by the worker, the proxy or the database. [Server.Upgrade] changes
// the tables under the calls, as the upgrade of a module does.
package odoosim
