// Package e2e tests odoobridge from outside: the built program between a real
// PostgreSQL and a real RabbitMQ, with the recordings of real Odoos played into
// the one and the queues of the other compared with what is expected. Tests of
// commands run on a simulated Odoo, or on a live one (docs/LIVE.md).
//
// The tests run side by side, for they wait more than they work: each begins with
// t.Parallel, and has a virtual host and a PostgreSQL to itself (restored, newPlayer,
// sell and newShop ask for testkit.PostgresAlone; so does whoever needs the server itself).
//
// # The race detector
//
// It makes a start of the bridge four times as dear, and its work twice. So where the tests themselves run
// under it, the bridge does in those that say setup.watched, and a race that it reports there fails the
// test, though the bridge be killed. They are chosen so that each of the bridge's goroutines runs in one of
// them, beside all others that it meets: both rivers over both stores, killed, stopped, deposed and tortured, and a
// load, a resync, a replay, a module's installation, a key's rotation, a blocked broker and a store that is lost. In
// the others the bridge is the program as it is shipped; what they add to those are outcomes, not goroutines. A
// test that has the bridge do something of a new kind beside the rest is to be one of the watched.
package e2e
