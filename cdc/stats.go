package cdc

import (
	"sync/atomic"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
)

// Stats is what the stream has done so far and how it stands.
type Stats struct {
	Connected    bool       // a session is streaming
	Reconnects   int64      // sessions that were lost
	Transactions int64      // handed over; idle advances do not count
	Changes      int64      // row changes handed over
	Bytes        int64      // received while streaming
	Queued       int64      // bytes of memory waiting for the handler or in its hands
	Handed       change.LSN // end of what was handed over
	Confirmed    change.LSN // what the server was told, or will be at the next status
	ServerWAL    change.LSN // furthest position that the server has mentioned
	LastHeard    time.Time  // when something last came from the server
	CatchingUp   bool       // what comes was committed a while ago
	LastBeat     time.Time  // when the last heartbeat arrived
	BeatLag      time.Duration
}

// counters are what Stats reads.
type counters struct {
	connected    atomic.Bool
	catchingUp   atomic.Bool
	reconnects   atomic.Int64
	transactions atomic.Int64
	changes      atomic.Int64
	bytes        atomic.Int64
	lastHeard    atomic.Int64 // nanoseconds since 1970
	serverWAL    atomic.Uint64
	queue        atomic.Pointer[queue]
}

func (c *counters) count(b *batch) {
	var transactions int64
	for i := range b.pieces {
		if b.pieces[i].Last && b.pieces[i].XID != 0 {
			transactions++
		}
	}
	c.transactions.Add(transactions)
	c.changes.Add(int64(len(b.changes)))
}

// Stats returns the present figures. It does not ask the server.
func (s *Source) Stats() Stats {
	c := &s.counters
	st := Stats{
		Connected: c.connected.Load(), CatchingUp: c.catchingUp.Load(), Reconnects: c.reconnects.Load(),
		Transactions: c.transactions.Load(), Changes: c.changes.Load(), Bytes: c.bytes.Load(),
		Handed: change.LSN(s.handed.Load()), Confirmed: s.Confirmed(), ServerWAL: change.LSN(c.serverWAL.Load()),
	}
	if ns := c.lastHeard.Load(); ns != 0 {
		st.LastHeard = time.Unix(0, ns)
	}
	if q := c.queue.Load(); q != nil {
		st.Queued = int64(q.held())
	}
	st.LastBeat, st.BeatLag = s.beats.last()
	return st
}
