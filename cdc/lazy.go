package cdc

import (
	"net"
	"time"
)

const (
	behindAfter = 250 * time.Millisecond // commit to sending, by the server's clock
	lazyWait    = 5 * time.Millisecond   // longest wait for bytes while behind
	lazyBytes   = 16 << 10               // what is worth being woken for while behind
)

// lazyReads makes the kernel wake us for much or not at all while the log is
// behind, and for every byte otherwise. The walsender sends message by
// message, and each send wakes a client that waits, even when only the
// runtime's poller does and the goroutine sleeps. Without it, draining 100,000
// transactions cost this process three to ten times the processor time, and
// the server ten times the context switches. A pause after short reads on top
// of it made nothing better.
func lazyReads(conn net.Conn, lazy bool) {
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = t.NetConn()
	}
	lowest := 1
	if lazy {
		lowest = lazyBytes
	}
	setLowWater(conn, lowest)
}
