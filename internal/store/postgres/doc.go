// Package postgres keeps the store in a schema of a PostgreSQL database, so that
// a second bridge can take over where the first has ended.
//
// # What it promises
//
//   - Commit returns when everything written since the last one is on the server's disk. A
//     failed Write or Commit leaves nothing of its transaction behind, and so does a killed process.
//   - One process has the store at a time: Acquire waits, or fails with store.ErrInUse.
//   - A process that has lost the store writes nothing more: every transaction, also that
//     of a lane's cursor, makes sure that its term is the present one and keeps it so until its commit.
//     It fails with store.ErrDeposed.
//   - A process that may have lost the store knows it: Held says so before anybody else can have it.
//   - A store of a newer program is refused with store.ErrNewer, one whose rows
//     were written for other columns with store.ErrLayout, before anything is changed.
//   - Beyond its size, or on a full disk, the store is store.ErrFull; cursors and trims still work.
//   - A connection that breaks makes everything fail with store.ErrLost until the store is opened again.
//   - A load that did not finish leaves its table empty.
//
// # How it works
//
// The schema, for people to read, is schema.sql. One connection writes, by one statement for all
// rows of a table, all statements of a batch sent at once. It also answers the mirror's
// reads by prepared statements, which therefore see what is not committed yet. Cursors, trims,
// loads and the reads of journal and documents use connections of a pool.
//
// The ledger of commands has up to three connections of its own, which plan nothing but ways along indexes: a plan is kept for as long as
// its connection, and a table that was small when it was made may hold a burst a minute later. MoveLedger copies one that was
// kept in a file: all of it in one transaction, with a name by which the copy is recognised.
//
// # Who has it
//
// A connection of its own holds an advisory lock for the session and asks something
// every second. That shows the server, and whoever looks at pg_stat_activity, that the
// holder lives. The durations hang together:
//
//	1 s    between two signs of life
//	6 s    after the last one that was answered, the holder publishes nothing (Held)
//	8 s    without an answer, the holder gives up by itself and begins again as a stand-by
//	10 s   without a sign of life, a stand-by ends the session of the holder
//	11 s   without an answer to TCP's own probes, the server ends the session
//
// A process that is killed loses its sockets, so the server ends its session at once; a stand-by
// tries four times a second. A process that is stopped, or whose host is cut off, is silent and
// deposed after ten seconds; it has known for four seconds that it may be.
//
// Whoever gets the lock ends the connections of the former holder, which are called
// odoobridge:<instance>, begins a new term in the table "holder", and ends those
// that came in between. Only then does it read where to go on.
// After a restart of the server, which releases locks that nobody gave up, a process other
// than the former holder waits out those six seconds as well.
package postgres
