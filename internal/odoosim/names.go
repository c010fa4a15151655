package odoosim

import "sync"

// counters give out numbers, each once. Like Odoo's sequences they leave a gap
// where a transaction fails.
type counters struct {
	sync.Mutex
	last map[string]int
}

// next is the number after what this server gave out and after what the
// database has.
func (c *counters) next(name string, inDatabase int) int {
	c.Lock()
	defer c.Unlock()
	if c.last == nil {
		c.last = map[string]int{}
	}
	c.last[name] = max(c.last[name], inDatabase) + 1
	return c.last[name]
}
