// Package trace tells everything that happened to one thing, in both directions and in time order:
// an order, a customer, a product, or a command, and what belongs to it.
//
// # What it promises
//
//   - Every line says why it is there: asked for, ships the order, pays the invoice, named the order.
//   - What it shows is of keys, ids, times, states and names of fields: no name, address or other value of a
//     person's, and no body of a command.
//   - It changes nothing, and needs no bridge: all is read of what is durable in the store and the ledger.
//   - A journal, a ledger or a document that is no longer there is said to be gone, not taken for nothing that happened.
//
// # How it works
//
//	KEY ─ match ─▶ documents, commands ─ climb ─▶ order, customer ─ descend ─▶ shipments, returns,
//	      invoices, refunds, payments ─ commands about them ─▶ lines: events × lanes, commands, audit
//
// A document is found by its subject, which is indexed, or by the channel's or Odoo's record of a command. What
// belongs to an order names it, so the documents of those five kinds are read through: that costs nothing when they are
// written, and a trace is asked for seldom. A key that is none of these (an invoice's number, a SKU, the number of an order
// that no command placed) is looked for in all documents. Events of one subject lead from each to the one before it
// (store.History).
//
// Under load documents wait in memory; the journal after the last checkpoint has them, and is read first.
//
// When tables were read as they were, and not followed in the log, the store remembers (Reading); what that did to a thing its
// own events tell, which have the reading's position.
//
// A lane's cursor remembers when its channel was sent every document (lane.Load). A thing was sent in that if the lane had it in view
// when the load began and until its last page was read; where that changed, or the journal has not kept it, it is said to be perhaps so.
//
// # What it cannot know
//
// A cursor says how far a lane is: an entry behind it was confirmed by the broker if the lane lets it pass. When that
// was is known to about a second, from the places that cursors were at (store.Passing), and not of what a lane passed before
// they were kept. Entries from before its filter was last changed are judged by what the configuration says now, and the
// line says so (lane.Rules). Of a command's
// attempts the first and the newest are kept (store.Step).
package trace
