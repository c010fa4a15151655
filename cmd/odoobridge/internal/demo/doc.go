// Package demo shows odoobridge to somebody who has a minute: a small shop on
// a simulated Odoo, a bridge, and three channels that hear of the shop in their own way.
//
// It starts a private PostgreSQL and RabbitMQ, which need root or nothing at
// all, only their programs; it leaves nothing behind. What happens in the shop is
// done through Odoo's API, so that all a channel hears comes from the
// write-ahead log. In the end it counts: what every channel heard, how long after the
// commit, what came twice and what never came.
//
// Nothing lost is not taken from the bridge's word. The story notes what each
// action must make a channel hear; revisions in a lane that sees everything
// must have no gap; and the last stock level each channel heard must be what
// Odoo answers.
//
// With a DSN it watches a real Odoo instead: no story, no check against
// Odoo, and nothing is written but a publication and a slot, which are dropped at the end.
package demo
