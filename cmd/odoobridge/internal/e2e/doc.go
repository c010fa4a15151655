// Package e2e tests odoobridge from outside: the built program between a real
// PostgreSQL and a real RabbitMQ, with the recordings of real Odoos played into
// the one and the queues of the other compared with what is expected. Tests of
// commands run on a simulated Odoo, or on a live one (docs/LIVE.md).
//
// The tests run side by side, for they wait more than they work: each begins with
// t.Parallel, and has a virtual host and a PostgreSQL to itself (restored, newPlayer,
// sell and newShop ask for testkit.PostgresAlone; so does whoever needs the server itself).
package e2e
