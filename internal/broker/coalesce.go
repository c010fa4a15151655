package broker

import (
	"net"
	"sync"
)

// coalesceLimit is how many bytes wait for the socket before writers do.
const coalesceLimit = 256 << 10

// coalescer collects what is written while an earlier write is on its way, and
// writes it in one go. amqp091 writes each message on its own, and the system
// calls are most of what a small message costs.
//
// A write that fails is reported by the next one; amqp091 then gives the
// connection up, and so is every message on it unconfirmed, as it must be.
type coalescer struct {
	net.Conn

	mu      sync.Mutex
	work    sync.Cond // there is something to write, or the end
	room    sync.Cond // there is room again, or the end
	waiting []byte
	spare   []byte
	err     error // nothing can be written any more
}

func newCoalescer(conn net.Conn) *coalescer {
	c := &coalescer{Conn: conn}
	c.work.L, c.room.L = &c.mu, &c.mu
	return c
}

// Write takes the bytes along; it waits only when too many are on their way.
func (c *coalescer) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.waiting) >= coalesceLimit && c.err == nil {
		c.room.Wait()
	}
	if c.err != nil {
		return 0, c.err
	}
	if len(c.waiting) == 0 {
		c.work.Signal()
	}
	c.waiting = append(c.waiting, b...)
	return len(b), nil
}

// Close ends both directions at once.
func (c *coalescer) Close() error {
	c.end(net.ErrClosed)
	return c.Conn.Close()
}

// run writes until the connection ends.
func (c *coalescer) run() {
	for {
		batch, ok := c.take()
		if !ok {
			return
		}
		if _, err := c.Conn.Write(batch); err != nil {
			c.end(err)
			return
		}
		c.spare = batch[:0]
	}
}

// take waits for something to write. Only run touches spare.
func (c *coalescer) take() ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.waiting) == 0 && c.err == nil {
		c.work.Wait()
	}
	if c.err != nil {
		return nil, false
	}
	batch := c.waiting
	c.waiting = c.spare
	c.room.Broadcast()
	return batch, true
}

func (c *coalescer) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
	c.work.Broadcast()
	c.room.Broadcast()
}
