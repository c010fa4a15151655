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
//     shipment) on customers, orders, shipments and returns: those show them as of their own last change.
//   - Invoices, refunds and payments are records of a moment. What they say of partners, products,
//     taxes and each other's numbers is as of their own last change, and of a posted
//     document what it was posted with. So nothing that happens to a customer or a product touches them, and
//     their large tables need no index for it.
//   - A closed order or shipment (cancelled, or delivered in full) keeps the
//     addresses and SKUs of the document before: a customer who moves does not rewrite what was shipped.
//   - A stock level costs the same however many quants there are: the router keeps
//     the Sum, row change by row change.
//   - A price is what Odoo computes, in exact decimals; one that is made from what is not mirrored (a cost until
//     Odoo 17, currency rates) is null and says why. Dated rules count as of Rows.Now.
//   - The fields of a document follow the release and the installed modules: what the
//     database does not have is absent, what is NULL is null.
//
// # Choices worth knowing
//
//   - A customer is a commercial partner; contacts below it are its addresses.
//     Private addresses of employees (Odoo 16 and earlier) are left out.
//   - A location belongs to the warehouse with the nearest view location above it.
//     Odoo counts the stock of a warehouse inside another one in both; here it counts in the inner one.
//   - Kits (phantom bills of materials) have no level of their own: their components have. What an order of one
//     will take from those (Profile.Takes) is what Odoo's moves will be, computed in its own floating point; where that is
//     not certain it says why.
//   - A shipment is an outgoing transfer whose moves return nothing. One that is deleted
//     before it was done or cancelled gives "cancelled".
//   - A return is an incoming or outgoing transfer whose moves return those of another, or that says
//     so itself (Odoo 17 and later). Never is one transfer both a shipment and a return. Returns between a warehouse's own shelves are neither.
//   - A stock move has a document once it is done, and none before; what it shows is as of then. A correction
//     of what was done is told as "done" again, the next revision. History is not loaded: of the moves that
//     were done before the first start, those of the last 30 days have documents, so that a later snapshot finds what was
//     done while nobody listened, up to 30 days of it. A store with millions of moves pays two scans of them, no documents.
//   - Of account_move the mirror keeps customers' documents and the entries of payments; of its lines those that a
//     document may show, receivables and payments' own; in Odoo 16 and later the other entries' plain lines, which look the same, too.
//   - An invoice is paid when Odoo says paid or in_payment: the customer owes nothing, only the bank's statement
//     is still to come. Odoo's "reversed", credited in full, is a happening of its own; "blocked" is an update. A draft that
//     is deleted gives "cancelled". Its key is its id: its number comes with its posting.
//   - A payment is an account_payment of a customer, or a payment_transaction. Their ids are counted apart, so the second part of the
//     key tells them apart, and a transaction's subject is payment/transaction-7. A transaction that was booked names its payment: the same money.
//     Until Odoo 17 an account_payment has state, date, journal and memo in its account_move. Drafts, and transactions that
//     are neither authorized nor done, have no document. Vendors' payments and transfers between own accounts have none at all.
//   - What a payment pays is read off account_partial_reconcile, through the lines that bear the payment's id; since
//     Odoo 18 also off what it was registered for (account_move__account_payment), without an amount until it is matched.
//   - A customer is told as merged if in the transaction that deletes its partner what it had passes to exactly one
//     other customer: orders, transfers, invoices, payments, cards (Entity.Passes), its contacts or a channel's external id of it
//     (by its last document). Odoo's wizard moves all of these; a deletion alone moves none. Where there was none, or they
//     pass to several, it is "deleted". A snapshot after an interruption sees contacts and external ids alone.
//   - Consent goes by the normalised address, not by the partner: mail_blacklist, and mailing lists, where one refusal counts.
//   - A loyalty card's code is as good as money: no document has it.
//   - Odoo 16 and earlier lock an order by the state "done": documents say "sale" and locked.
//   - Users and settings are not mapped: they hold secrets.
//
// # What fails how
//
// For refuses an unknown release (*UnsupportedError) and columns that no document would
// show. Check names all that is missing at once (*MismatchError). The rest cannot fail:
// a read that fails yields absent rows, and the reader's owner asks afterwards.
package odoo
