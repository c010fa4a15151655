// Command bench measures odoobridge against the limits of the machine it runs
// on, and writes the tables of docs/PERFORMANCE.md.
//
//	go run ./internal/bench                          everything, three rounds
//	go run ./internal/bench -only limits,latency     some measurements
//	go run ./internal/bench -scale 0.05 -rounds 1    small
//	go run ./internal/bench -update                  write docs/PERFORMANCE.md
//
// # How it measures
//
// A figure alone says little: the machine is shared and noisy. So every figure
// of the bridge is a ratio to a limit taken beside it, over the same
// write-ahead log or with the same messages: pg_recvlogical, which decodes
// nothing; a publisher that does nothing but publish; and a bare pass-through,
// which decodes, publishes and confirms and remembers nothing. They and the
// bridge take turns, for several rounds, in another order each round. Tables
// show minimum, median and maximum.
//
// Every contestant is a process of its own and is timed alike: a reader of the
// log from the moment its slot is active, a publisher from its first message.
// PostgreSQL, RabbitMQ, contestant and consumer share the machine's cores, and
// who used them is shown too, because that is what bounds the rates.
//
// PostgreSQL and RabbitMQ are private servers of internal/devenv. The tables
// are a real Odoo's where its recordings are present, else the simulated
// Odoo's; rows are copies of demonstration rows, so that they are as wide.
//
// # What fails how
//
// A measurement that cannot be made ends the run with an error; sections
// already made are still written. Servers and files go with the run.
package main
