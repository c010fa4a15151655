// Package cdc turns PostgreSQL's write-ahead log into committed transactions.
// It knows PostgreSQL 12 to 17 and nothing of Odoo.
//
// # What it promises
//
//   - Every committed transaction after the start position is handed to the
//     handler of [Source.Stream] once, whole and in commit order; across
//     reconnects too. A transaction that rolled back, or the part of one that
//     a savepoint rolled back, is never seen.
//   - PostgreSQL is told that a position is durable only after the caller said
//     so with [Source.Confirm]: write, flush and apply always carry that one
//     position, which is a commit end-LSN or the end of a keepalive at which
//     nothing was in flight.
//   - The server never waits for the handler: standby status flows on its own
//     goroutine, and at most Config.QueueBytes wait in memory.
//   - Another database, a slot that was re-created, advanced or invalidated, a
//     server that was set back: each is an error with its remedy, never a
//     silent continue ([NeedsPerson] tells them from the rest).
//
// # How it works
//
//	socket → wire → decoder → assembler → batch → queue → handler
//	                              │                          │
//	                          idle rule               Confirm(position)
//	                              ▼                          ▼
//	                        idle advance              standby status → socket
//
// The receiving goroutine reads frames in large chunks (wire), decodes them
// without copying (decoder) and puts transactions together (assembler). When
// the socket has nothing more, what is complete goes to the queue: one
// transaction when there is little to do, many together when there is much. A
// transaction beyond a few MiB goes in several pieces. While the log is behind,
// the kernel is asked to wake us for no less than 16 KiB, which spares the server
// a wake-up per message.
//
// # What fails how
//
// A lost connection is Stream's own business: it reconnects with back-off from
// the last confirmed position, checks identity and slot again, and leaves out
// what it has handed over before, also in the middle of a large transaction. A
// server that ends our walsender on purpose is left alone for 5 to 10 seconds,
// because Odoo does so when it copies, drops or restores its database. Silence
// is noticed by asking for a reply; a walsender that is busy decoding may be
// silent for long and is asked after on an ordinary connection first.
//
// Stream returns when its context ends (nil), when the handler fails, or for
// good: [SlotLostError], [SlotMissingError], [SlotActiveError] (unless
// Config.Standby), [SlotAheadError], [ServerBehindError],
// [WrongDatabaseError], [PublicationMissingError], [ProtocolError].
package cdc
