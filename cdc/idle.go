package cdc

import (
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
)

// idle decides when the position moves although no transaction of ours came:
// when other tables or databases write, the slot must follow or the server
// keeps their log for ever.
//
// A keepalive's end says that everything that committed before it has been
// sent. It counts only when all of that is durable downstream: confirming it
// with work in flight would lose the work in a crash.
type idle struct {
	every time.Duration
	bytes uint64

	candidate change.LSN // nothing of ours up to here, beyond what was handed over
	last      change.LSN // the last advance
	at        time.Time  // when it was
}

// offer takes a position up to which everything has come.
func (i *idle) offer(lsn change.LSN) { i.candidate = max(i.candidate, lsn) }

// pending reports whether an advance waits for its time or for work in flight.
func (i *idle) pending(handed change.LSN) bool { return i.candidate > handed }

// due returns the position to advance to, now, if any.
func (i *idle) due(now time.Time, handed, confirmed change.LSN) (change.LSN, bool) {
	if !i.pending(handed) || confirmed < handed {
		return 0, false
	}
	if now.Sub(i.at) < i.every && uint64(i.candidate-i.last) < i.bytes {
		return 0, false
	}
	i.last, i.at = i.candidate, now
	return i.candidate, true
}
