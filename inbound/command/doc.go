// Package command is the vocabulary between what receives and orders commands
// (package inbound) and what carries them out (its executors). It imports nothing.
//
// A channel's command is carried out by an [Executor], which answers with an
// [Outcome]: applied, rejected, parked for a person, or waiting for something that
// is not there yet. An error is none of these: nothing is decided, and the command
// is executed again later, with the same id and with the notes that earlier attempts wrote.
//
// # What an executor may rely on
//
//   - Commands that share an aggregate are never executed at the same time, and
//     in the order in which they arrived.
//   - A note is durable when [Note] returns. A process that is killed at any moment
//     executes the command again, with Attempt counted up and every note kept.
//   - The same command (channel and id) has one outcome: after Applied, Rejected or
//     Parked was kept, it is executed again only when a person or a new rule asks for it.
//
// # What is asked of an executor
//
// It resolves what an earlier attempt left open by reading back, and never takes
// a step twice. It answers Parked for what a person must decide, and names in WaitsFor
// what would let it go on without one.
package command
