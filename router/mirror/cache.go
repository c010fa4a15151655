package mirror

// cache keeps what was used lately, up to a number of bytes. It has two
// generations: what is used moves to the young one, and when that holds half of
// the budget the old one is dropped. That costs two map look-ups at most and no list to maintain.
type cache[K comparable, V any] struct {
	young, old map[K]V
	size       func(V) int
	used       int
	half       int
}

// entryOverhead is what a map entry costs beside its value, in bytes.
const entryOverhead = 48

func newCache[K comparable, V any](budget int, size func(V) int) *cache[K, V] {
	return &cache[K, V]{young: map[K]V{}, old: map[K]V{}, size: size, half: max(budget/2, 1)}
}

func (c *cache[K, V]) get(key K) (V, bool) {
	if v, found := c.young[key]; found {
		return v, true
	}
	v, found := c.old[key]
	if found {
		delete(c.old, key)
		c.put(key, v)
	}
	return v, found
}

func (c *cache[K, V]) put(key K, v V) {
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

func (c *cache[K, V]) clear() {
	clear(c.young)
	clear(c.old)
	c.used = 0
}
