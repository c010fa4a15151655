// Package odoo maps Odoo's tables to entities, release by release: which
// tables and columns make which entity, which entities a row change touches,
// what an entity's document looks like, and what happened when it changed.
//
//	For(release) ─► Profile ─► Check(columns of the database)
//	row change ─► Entity.Touches ─► keys ─► Entity.Build ─► document ─► Entity.Happenings
//	row change ─► Writers ─► who did it
//
// Everything here is a pure function over mirrored rows. Nothing here queries
// a database, keeps state or starts a goroutine.
//
// # What it promises
//
//   - Whatever row a document shows something of, a change of that row touches
//     the document. A test alters databases at random and holds it.
//   - The exceptions are names and codes of other things that hardly ever change
//     (unit, warehouse, carrier, lot, country, currency; an order's name on its
//     shipment) on customers, orders and shipments: those show them as of their own last change.
//   - A closed order or shipment (cancelled, or delivered in full) keeps the
//     addresses and SKUs of the document before: a customer who moves does not rewrite what was shipped.
//   - A stock level costs the same however many quants there are: the router keeps
//     the Sum, row change by row change.
//   - The fields of a document follow the release and the installed modules: what the
//     database does not have is absent, what is NULL is null.
//
// # Choices worth knowing
//
//   - A customer is a commercial partner; contacts below it are its addresses.
//     Private addresses of employees (Odoo 16 and earlier) are left out.
//   - A location belongs to the warehouse with the nearest view location above it.
//     Odoo counts the stock of a warehouse inside another one in both; here it counts in the inner one.
//   - A shipment is an outgoing transfer whose moves return nothing. One that is deleted
//     before it was done or cancelled gives "cancelled".
//   - Odoo 16 and earlier lock an order by the state "done": documents say "sale" and locked.
//   - Users and settings are not mapped: they hold secrets.
//
// # What fails how
//
// For refuses an unknown release (*UnsupportedError) and columns that no document would
// show. Check names all that is missing at once (*MismatchError). The rest cannot fail:
// a read that fails yields absent rows, and the reader's owner asks afterwards.
package odoo
