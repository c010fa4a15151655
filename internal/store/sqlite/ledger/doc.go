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
// One goroutine owns the connection that writes. Calls hand it what is to be done
// and wait; whatever has come together while the last commit was being synced is
// done in one transaction, so that a burst of claims costs few syncs and a single one costs one. A
// group in which only marks are set that may be lost (Take, MarkSent) is not synced.
//
// Order among commands is kept in table key: a row for each key of each open command. A command is
// ready when no other holds it back. That is found out when it is claimed, and again for
// the next in line whenever one of its keys changes hands; Take only reads an index.
//
// # What fails how
//
//	disk full             calls that write fail with store.ErrFull; nothing of them is kept
//	process killed        what a call has returned for is there; what was applying is received again
//	power cut             the same; every command that was open counts one attempt more, for its mark may be lost
//	damaged, newer        Open fails and says so
//
// [ADR 10]: docs/adr/0010-inbound-ledger.md
package ledger
