// Package held counts what channels have sold and Odoo does not count yet: the orders
// that the bridge has accepted and that are not confirmed in the mirror.
//
// # What it promises
//
//   - An order counts from Place on in every level that the router builds, until the router
//     has applied the transaction that confirmed or cancelled the order, or that deleted it, or until LetGo. The
//     level that shows the order's reservation is the first one that does not count the order, so that it counts
//     once at every moment.
//   - What has changed is told: each level whose quantity differs is built again.
//   - A kit counts in its components' levels, as much as Odoo will move of them; where that is not certain it
//     counts as itself, and Report says so.
//
// # How it works
//
//	Place, LetGo ─▶ news ─ TakeIn ─▶ counts by level ─ Field ─▶ the level's document
//	                                      ▲
//	                   Saw: an order's document, in the transaction that changed it
//
// Place and LetGo leave a word, from any goroutine, and return at once. The router takes
// it in, looks up the order and the products in the mirror, and touches the levels concerned. When
// bills of materials or units have changed it looks at all orders again, between two transactions (Again, LookAgain).
// An order that is seen confirmed is forgotten once that is durable; where it never becomes
// so, a new router begins with Restart, and looks again.
//
// # What fails how
//
// A product or a warehouse that the mirror does not know counts nowhere until it appears. An order that names
// no warehouse counts in all of its company until Odoo's quotation names one: too little is
// promised for that while, never too much.
package held
