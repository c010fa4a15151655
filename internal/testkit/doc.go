// Package testkit gives tests the real thing: a PostgreSQL and a RabbitMQ of
// their own, a proxy that breaks connections on command, and the recordings of
// a real Odoo.
//
// Servers start at first use, once per test binary, and stop in [Main]; each
// test gets its own database ([PG.NewDatabase], or a copy of a filled one: [PG.NewCopy], [PG.NewOdoo])
// or virtual host ([Rabbit.NewVhost]) there. A test that stops or kills a server starts its own
// ([StartPostgres], [StartRabbitMQ]); tests that run side by side and name slots or
// roles share none ([PostgresAlone]), nor do tests that raise a broker's alarm or restart it
// ([RabbitMQAlone]). These variables replace the shared
// servers:
//
//	ODOOBRIDGE_TEST_POSTGRES     DSN of a superuser where wal_level is logical
//	ODOOBRIDGE_TEST_RABBITMQ     AMQP URL of an administrator
//	ODOOBRIDGE_TEST_RABBITMQCTL  how to call its rabbitmqctl (that by default)
//
// and this one spares the private PostgreSQL servers of a run their initdb (scripts/in-memory sets it):
//
//	ODOOBRIDGE_TEST_CLUSTER      directory of the cluster they begin as copies of, made by the first
//
// The private servers sync nothing and vacuum nothing by themselves: what is killed here is
// processes, not machines. A test to which that matters says otherwise by [WithSetting].
// All they write is in the temporary directory, which make test has in memory (scripts/in-memory).
//
// With -short, tests that would start a server are skipped.
//
// A package that uses them has
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
//
// which also fails the run if a goroutine was left behind.
package testkit
