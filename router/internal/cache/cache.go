// Package cache keeps what was used lately, up to a number of bytes.
//
// It has two generations: what is used moves to the young one, and when that
// holds half of the budget the old one is dropped. That costs two map look-ups
// at most and no list to maintain. It is not safe for concurrent use.
package cache

// Cache maps keys to values whose size it is told.
type Cache[K comparable, V any] struct {
	young, old map[K]V
	size       func(V) int
	used       int
	half       int
}

// entryOverhead is what a map entry costs beside its value, in bytes.
const entryOverhead = 48

// New returns a cache that holds about budget bytes by the given measure.
func New[K comparable, V any](budget int, size func(V) int) *Cache[K, V] {
	return &Cache[K, V]{young: map[K]V{}, old: map[K]V{}, size: size, half: max(budget/2, 1)}
}

// Get returns the value and counts as a use of it.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	if v, found := c.young[key]; found {
		return v, true
	}
	v, found := c.old[key]
	if found {
		delete(c.old, key)
		c.Put(key, v)
	}
	return v, found
}

// Put keeps the value in place of what was there.
func (c *Cache[K, V]) Put(key K, v V) {
	if previous, found := c.young[key]; found {
		c.used -= c.size(previous) + entryOverhead
	} else {
		delete(c.old, key)
	}
	c.young[key] = v
	c.used += c.size(v) + entryOverhead
	if c.used > c.half {
		c.young, c.old, c.used = c.old, c.young, 0
		clear(c.young)
	}
}

// Clear forgets everything.
func (c *Cache[K, V]) Clear() {
	clear(c.young)
	clear(c.old)
	c.used = 0
}
