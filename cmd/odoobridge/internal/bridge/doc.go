// Package bridge joins the rooms into one running odoobridge: it is the wiring,
// read top to bottom in Run.
//
// # What it promises
//
//   - What can pass by itself is waited for: a server that is away, a broker that
//     blocks, a slot that another bridge holds.
//   - What cannot is returned at once, with what to do; NeedsPerson tells which errors those are.
//   - When its context ends it stops reading, makes durable and confirms what it has,
//     and gives the lanes their grace to be confirmed.
package bridge
