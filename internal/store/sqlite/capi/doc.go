// Package capi is SQLite's C interface, as far as the store needs it, in the
// shape of Go: connections, prepared statements, write-ahead log checkpoints.
//
// It exists because of what the layers above the same engine cost (see
// docs/adr/0001-store-sqlite.md): database/sql locks, boxes and copies every
// value, and a binding that allocates every text bound is measurable when one
// change means four statements. Here a text is copied once, into memory that the
// statement owns and uses again.
//
// A Conn and its statements are for one goroutine at a time; the caller locks.
// All memory that SQLite sees is C memory: nothing here hands it a Go pointer.
package capi
