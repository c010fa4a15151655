// Package demo shows odoobridge to somebody who has a minute: a small shop on
// a simulated Odoo, a bridge, and three channels that send commands and hear of the shop in their own way.
//
// It starts a private PostgreSQL and RabbitMQ, which need root or nothing at
// all, only their programs; it leaves nothing behind. What happens in the shop is
// done by commands of the channels, or through Odoo's API, so that all a channel hears comes from the
// write-ahead log. In the end it counts: what every channel heard, how long after the
// commit, what came twice and what never came.
//
// Nothing is taken from the bridge's word. The story notes what each
// scene must make a channel hear, and whose doing it must be called; every command must be answered as the
// scene says, and what it brought about must be in Odoo exactly once. Revisions in a lane that sees everything
// must have no gap; and the last stock level each channel heard must be what
// Odoo answers. What is not as promised ends the run with an error.
//
// With Stay everything is left running afterwards, with a channel of which only its reader makes use.
//
// With a DSN it watches a real Odoo instead: no story, no commands, no check against
// Odoo, and nothing is written but a publication and a slot, which are dropped at the end.
package demo
