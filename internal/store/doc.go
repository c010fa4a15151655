// Package store is everything the bridge remembers: mirrored rows, sums over
// them, entity documents, the journal of events, lane cursors and the position
// in the write-ahead log.
//
// # What it promises
//
//   - All that one Commit covers becomes durable together, or not at all. A
//     position is therefore never durable without the rows, documents and
//     events that lead to it.
//   - Reads of the mirror (Row, Find, Scan, Document) see everything written,
//     committed or not; reads of the journal see only what is committed.
//   - There is one writer. Writes are not safe for concurrent use; journal reads and
//     cursors are.
//
// Which implementation keeps it is behind the Store interface; all pass the
// conformance suite in package storetest.
package store
