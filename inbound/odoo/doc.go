// Package odoo speaks Odoo's external API: JSON-RPC up to Odoo 18, JSON-2 with
// bearer keys from 19 on. Which of them is found out by asking.
//
// # What it promises
//
//   - An answer is never taken for more than it is. A response with neither result
//     nor error is success without a value. A returned action dictionary is a wizard,
//     which means that nothing was done yet; [Client.Run] says so. load() answers
//     with HTTP 200 and a list of messages when it did nothing: [Client.Load] reads them.
//   - An error says what may be done about it, by its [Kind]. Ambiguous means that the
//     call may or may not have been carried out; NotSent that it was not.
//   - Odoo never gets more calls at a time, nor more a second, than the options say,
//     whoever makes them. Those that were given up are counted for as long as Odoo may be at work for them (places.go). What a process
//     that has ended left behind in Odoo its successor does not count, nor a call whose connection something between the two has cut.
//   - A request leaves only while Options.Allowed says so, which is asked before every write to Odoo (guard.go).
//   - While Odoo cannot be reached, or refuses the key, calls are not made: they
//     fail at once as Paused, with the time after which one is tried. Nothing is lost by that, since
//     whoever calls tries again.
//   - Several users share one way to Odoo ([Client.As]): its limits and its circuit. A key that is
//     refused holds back its own user alone.
//   - No error text holds a value that was sent or that came back: Odoo's own words,
//     which may, are to be had only through [Error.Reason], with those values taken out.
//
// # How it works
//
// [Client.Do] waits for a place in flight and for the rate, asks the circuit (circuit.go)
// whether calls are made at all, learns the release and the user when it does
// not know them, and makes one call by one of two wires: jsonrpc.go and json2.go. A wire
// says how a call and its answer look; transport.go sends it and tells what was
// sent from what was not. A refused key is read again from its source and tried once more: a key may change
// while the bridge runs.
//
// Calls are written with positional arguments, as JSON-RPC wants them. JSON-2 has named ones
// only: names.go knows the names of those methods that the bridge uses.
//
// # Numbers
//
// Odoo answers with floats. They are read as text (json.Number) and stay so: see [Record].
//
// Sources: the External API and JSON-2 chapters of Odoo's developer documentation; what
// Odoo 17 and 18 answered when they were recorded.
package odoo
