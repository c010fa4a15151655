// Package lane delivers the journal's events to channels. A lane is a filter,
// a list of fields, a pace and a durable cursor; each works by itself, so one
// that is stuck or slow holds back nobody else. What it delivers goes through
// a watermill message.Publisher that confirms asynchronously.
//
// # What it promises
//
//   - Every event that a lane can see is delivered, or, on a conflated lane, stood
//     for by a newer one of its subject. The last delivery of a subject shows the
//     newest document that the lane can see.
//   - Deliveries of a subject are in order. After a failure or a crash the lane
//     goes back to the oldest delivery that was not confirmed and sends it, and all
//     after it, again: repeats have the ids they had.
//   - The cursor never passes a delivery that is not confirmed. If entries that
//     it needs have gone from the journal, the lane stops with a GapError.
//
// # What a lane sees
//
// The filter looks at the document as it is and as it was. Neither matches: not
// the lane's business. Both match: delivered if a field that the lane lists has
// changed. Only one matches: the subject came into view or left it, and
// that is delivered whatever has changed, with the header "view" (entered or
// left) where the event's type does not say so; after "left" the lane is
// silent about the subject. With own: drop, what the channel itself caused is not delivered.
//
// A consumer drops what has no greater revision than it has seen of the
// subject. A gap in the revisions means something only on an instant lane without
// where and fields: elsewhere revisions are left out because the lane sees nothing
// in them or because a later delivery stands for them.
//
// # What a lane promises
//
// A lane may promise stock other than by Odoo's free quantity: on hand less all that is
// to go, or the forecast, less a buffer, and never below a floor; and less what its channel, or all of them, have
// in flight: sold in orders that Odoo does not count yet. No lane shows the field in_flight itself. Its journal and documents are then read through that promise: available is
// what is promised, it has changed if that has, and out and back are its crossings
// of zero. A commit that tells only of negative while the promise crosses zero is told as the crossing.
//
// # Paces
//
// An instant lane streams, as many in flight as the publisher takes. A
// conflated lane keeps one group per subject. The first event that is held
// back starts the wait, for the whole lane; at its end all groups go out, in the order in
// which they began. So no event waits longer than the pace says, and a channel gets
// one burst per wait. A schedule is the same with the next tick as the end of
// the wait, counted from the commit: a tick missed while the bridge was down is made up once.
// A lane that is behind first reads what was there when the wait ended, so that
// an hour of backlog is one delivery per subject. Groups hold no documents, and
// when they take too much memory all the same they go out early.
//
// A group is delivered as its newest event (id, revision, time, document) with
// changed and before from the oldest event on; fields that are back at what
// they were are not named. Its type is the most telling of its happenings:
//
//  1. deleted, if the subject is deleted now
//  2. the newest happening that the pace calls urgent
//  3. created, if the group begins with it
//  4. the newest happening other than updated, changed and snapshot
//  5. the newest happening
//
// A group that comes to nothing (changed and changed back, created and
// deleted, came into view and left) is not delivered. Its origin is named if all its events share it.
// An urgent event takes its subject's group out at once, and is delivered even
// if it comes to nothing.
//
// # After a crash
//
// The cursor of a conflated lane stays before its oldest group, and groups are rebuilt from
// the journal. What was delivered beyond the cursor is delivered again, perhaps
// grouped in another way. So that nothing older follows what the channel has: entries that
// were in the journal at the start are all read before anything goes out (urgent
// ones too), the newest of a subject gives the id as before, and groups with such
// entries are delivered even if they come to nothing, since the channel may hold
// a state in between. The same holds for what an initial load may have shown. (Memory
// running out in that phase flushes early and is the one case where older may follow newer;
// revisions tell.)
//
// # Initial load
//
// On a lane's first start its place is the journal's end, saved before anything
// is delivered. If the channel asks for it, every document in view is
// delivered as <entity>.snapshot, id "<lsn>-snapshot-<subject>-r<revision>", in pages whose
// progress is part of the cursor; then the lane follows the journal from the place
// noted, without the entries that the pages already showed. The load does not wait
// for the lane's pace. An entity added to a lane later is not loaded: a job sends its documents.
//
// The cursor remembers the newest loads (Load): when they began and ended, the journal's last entries then, and their entities.
// One that is under way becomes one that has ended in the cursor that says so, so a crash neither doubles nor loses it.
//
// # How it works
//
//	journal ─ Read ─▶ sender ─ filter ─┬─▶ batch ─ Publish ─▶ flight ─ acker ─▶ cursor ─▶ saver
//	                    ▲              └─▶ groups ─ due ──▲      │ nacked, Publish failed
//	                    └───────── waits, then sends all again ──┘
//
// Per lane: the sender reads, decides and publishes; the acker waits for
// outcomes in order; the watcher waits for the journal. One saver writes the
// cursors of all lanes. Errors of the journal, the store and the publisher are
// tried again, with a wait that grows to 10 s, and show in the lane's status;
// only a gap ends a lane.
package lane
