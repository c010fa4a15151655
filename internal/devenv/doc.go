// Package devenv starts private PostgreSQL and RabbitMQ servers on this
// machine, for tests and for the demo.
//
// Each server is its own world: a directory of its own under the temporary
// directory, free ports on the loopback address, and for RabbitMQ its own node
// name, cookie and port mapper, so that it never meets a server the machine
// already runs. PostgreSQL refuses to run as root; where we are root the server
// gets the identity of the user postgres (or nobody) and owns its directory.
//
// # What fails how
//
// A missing binary is a *MissingError that says what to install. A server that
// does not come up is an error that ends with the tail of its log. A server
// never outlives us: it is stopped by Close, and where nobody could call Close
// (a panic, kill -9) the kernel signals it as its parent dies. A directory left
// behind by a killed process is removed by the next start.
package devenv
