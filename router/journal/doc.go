// Package journal is the ordered, retained log of events between the router
// and the lanes.
//
// # What it promises
//
//   - Readers see every committed event after their position, in order, or
//     learn from Bounds that what they ask for is gone. Nothing is skipped silently.
//   - Only what is durable in the store is ever shown.
//
// # How it works
//
// The store keeps the events; the newest are also kept in memory, up to a
// number of bytes, so that lanes that keep up never read the disk. Trim removes
// what is older than the retention, and what all lanes have delivered when room is needed.
package journal
