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
// runtime's poller does and the goroutine sleeps.
//
// Measured on a busy machine of two cores, 100,000 single-row transactions, few
// runs: with a low-water mark this process took 0.35 to 0.85 s of processor
// time, without 1.6 to 4.7 s, and the walsender was preempted 2 to 12
// thousand times instead of 43 to 124 thousand. Marks of 4, 16 and 32 KiB
// differed by less than two runs of the same mark did; 16 was ahead both times. A
// pause of 1 ms on top of the mark showed no gain that could be told from noise.
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
