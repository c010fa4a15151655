// Package inflight knows which orders channels have placed that may not be in Odoo yet, from the
// ledger: what the bridge has accepted is sold, whether Odoo knows of it or not.
//
// # What it promises
//
//   - An order.place command is with the Holder before its message is acknowledged, and before it is
//     carried out; after a restart, before anything is carried out.
//   - It is let go when it is rejected, discarded or a duplicate; when it is parked, if
//     commands.inflight.parked says so; and when it has been applied for longer than commands.inflight.quotations
//     says. That Odoo counts it, or has cancelled it, is the Holder's to see.
//   - Of several commands that place the same order the first one that counts is what counts.
//
// # How it works
//
//	the river ─▶ Ledger (a store.Ledger) ─▶ the ledger
//	                    │ what became durable
//	                    ▼
//	                 Tracker ─ Place, LetGo ─▶ Holder ─ Over ─▶ forgotten
//
// The ledger's answers are what counts, so nothing of this has to be written down.
//
// # What fails how
//
// Nothing fails here but reading the ledger at the start, which ends the bridge. A channel that is not in the configuration
// any more has nothing in flight: its commands are refused.
package inflight
