// Package e2e tests odoobridge from outside: the built program between a real
// PostgreSQL and a real RabbitMQ, with the recordings of real Odoos played into
// the one and the queues of the other compared with what is expected.
package e2e
