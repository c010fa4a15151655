// Package bridge joins the rooms into one running odoobridge: it is the wiring,
// read top to bottom in Run.
//
// # What it promises
//
//   - What can pass by itself is waited for: a server that is away, a broker that
//     blocks, a slot that another bridge holds.
//   - A store that is full ends reading and nothing else: lanes go on, and reading goes on when there is room.
//   - What cannot is returned at once, with what to do; NeedsPerson tells which errors those are.
//   - What can be healed by comparing is, beside the lanes: tables that come, go or were made
//     again, and what a resync is asked for or allowed to do.
//   - When its context ends it stops reading, makes durable and confirms what it has,
//     and gives the lanes their grace to be confirmed.
//
// # How it works
//
//	recognise ─ claimStore ─ openStore ─ openSource ─ openRouter ─ admit ─ openLanes ─ flow
//	                                                                 │                  ├─ lanes
//	                                 first snapshot, or the step that │                  ├─ care
//	                                 has to come before streaming ────┘                  └─ read ◀─┐
//	                                                     step ─▶ stream ─▶ error ─▶ remedy ─▶ step ┘
//
// recognise and claimStore are a shared store's: openStore recognises too. What is asked of the database is asked over one connection.
// Nothing leaves before admit has held store, database and slot against one another. read
// follows the log until an error: remedy knows the step that heals it, or none, and then a person must.
// The router is opened anew for each step, from what is durable, so that a step that fails
// half-way leaves nothing. ADR 8 says why each step is sound.
//
// # What fails how
//
// A *DecisionError, or an error of cdc that needs a person, ends the bridge with exit code
// 3. Losing the store begins the bridge anew within its process.
package bridge
