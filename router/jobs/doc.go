// Package jobs sends journal entries, or documents, again into one lane: replay,
// publish, and the retry of what was parked.
//
// # What it promises
//
//   - A job is durable before it begins, and goes on after a crash or a restart from the last
//     delivery that the broker confirmed. What was in flight then comes twice, with equal ids.
//   - Deliveries are those of the lane: its filter and its fields, in order, marked with the
//     header "replay" = the job's id. Replayed events have the ids they had.
//   - The lane's live flow goes first, and a job sends no faster than its rate. A document is never
//     sent after the lane has delivered a newer one, and no event of it that the lane has still to
//     deliver is made void by it (router/lane says how).
//   - What a job still needs is kept in the journal, unless the store is about to be full: then
//     the job fails and says from where on there is something left.
//   - What retention has taken is said before anything is sent.
//   - A delivery that the broker can never take is parked with its reason, and can be
//     listed, sent again and discarded.
//
// # How it works
//
// A job is a row among the lanes' cursors, named job:<id>, a parked delivery one named
// parked:<number>; both keep what they are as JSON in the row's state. The lane itself delivers (lane.Extra); one
// goroutine per job saves how far it is. [Resolve] turns times, positions and event ids into journal entries.
package jobs
