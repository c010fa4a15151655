// Package router turns committed row changes into domain events.
//
//	pieces of transactions → mirror rows → touched entities → documents → diff → events
//	                                 └──────────── one store commit ────────────┘ → Confirm
//
// # What it promises
//
//   - Rows, documents, events and position of a transaction become durable in
//     one step; only then is its position confirmed. A crash repeats work, it never loses or doubles an event.
//
//   - An entity that reads the same after a transaction as before gives no
//     event. Only this comparison decides that something changed.
//
//   - The same transactions give the same events with the same ids, however
//     they are grouped and wherever the process is stopped.
//
//   - What a snapshot brings - Load: all tables, Reread: some of them - becomes durable in one step too, with the
//     position it is of. Its events say that a comparison found them.
//
//   - What begins or ceases to hold at a moment, without a row change, gives its
//     events once, between the transactions before and after that moment.
//
// # What fails how
//
// Apply returns the error and keeps nothing of the group: the caller stops,
// and a restart begins at the last confirmed position. A full store is store.ErrFull: opening
// the router again when there is room goes on there.
package router
