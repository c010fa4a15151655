// Package broker is a connection to RabbitMQ, as both rivers need it: one that can be ended at any moment.
//
// # What it promises
//
//   - A connection is there within the time-out, or there is an error that says why not: no network, no such user, no
//     such virtual host. No error has the password in it.
//   - [Connection.Abort] ends a connection at once, whatever happens on it: a write that a dead network does not take, a broker that
//     reads nothing because of an alarm, a question that nobody answers. All who wait on it return.
//   - What waits for the broker's answer can be given a limit: [Connection.Within], [Connection.ShutDown].
//
// # How it works
//
// amqp091 knows no contexts. Its calls wait for the broker or for the socket; so the socket is what is ended under them. Between
// amqp091 and the socket is the coalescer: writers leave their bytes there, one goroutine writes what has come together.
//
// Nothing is recovered here: whoever uses a connection must know what died with it.
package broker
