// Package ledger keeps commands in an SQLite database of its own.
//
// # Why not in the store's file
//
// SQLite has one writer per file. The outbound river commits thousands of rows at a time
// and syncs its disk; a channel's command is claimed, taken and settled in as many small commits.
// With a file each, neither waits for the other's fsync ([ADR 10] says what was measured).
//
// # How it works
//
// What decides is in package commands of internal/store, which the ledger in PostgreSQL shares; here are the file, its
// schema and its transactions. A commit is in the write-ahead log, which is synced beside the writer when a call waits for
// that; the next commits do not wait. Marks that may be lost (Take, Calling, MarkSent) wait for no sync of their own.
//
// A Source is a ledger that is read out whole, to be kept in PostgreSQL from then on. Retire renames its file.
//
// # What fails how
//
//	disk full             calls that write fail with store.ErrFull; nothing of them is kept
//	killed while settling an outcome that is on disk is entered everywhere at the next opening
//	process killed        what a call has returned for is there; what was applying is received again
//	power cut             the same; every command that was open counts one attempt more, for its mark may be lost
//	sync fails            store.ErrLost, and nothing more is written: what is on the disk is known when it is opened again
//	damaged, newer        Open fails and says so
//
// [ADR 10]: docs/adr/0010-inbound-ledger.md
package ledger
