// Package capi is SQLite's C interface, as far as the store needs it, in the
// shape of Go: connections, prepared statements, write-ahead log checkpoints.
//
// It is thin on purpose: a text that is bound is copied once, into memory that the
// statement owns and uses again; errors carry SQLite's extended code and the
// system's; and the length of the write-ahead log is known after each commit.
// docs/adr/0001-store-sqlite.md says what that is worth.
//
// A Conn and its statements are for one goroutine at a time; the caller locks.
// All memory that SQLite sees is C memory: nothing here hands it a Go pointer.
package capi
