package apply

import (
	"sync"
	"time"
)

// remembered is how long reference data is believed.
const remembered = 5 * time.Minute

// cache keeps reference data: what countries, currencies, warehouses and codes are in
// Odoo. What was not found is not kept.
type cache struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]cached
}

type cached struct {
	value any
	until time.Time
}

func newCache(now func() time.Time) *cache { return &cache{now: now, all: map[string]cached{}} }

func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = map[string]cached{}
}

// lookUp asks once in a while. ask says whether there was anything.
func lookUp[T any](c *cache, key string, ask func() (T, bool, error)) (T, bool, error) {
	c.mu.Lock()
	known, ok := c.all[key]
	c.mu.Unlock()
	if ok && c.now().Before(known.until) {
		return known.value.(T), true, nil
	}
	value, found, err := ask()
	if err != nil || !found {
		return value, false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[key] = cached{value, c.now().Add(remembered)}
	return value, true, nil
}
