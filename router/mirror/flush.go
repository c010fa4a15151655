package mirror

import "github.com/odoobridge/odoobridge/internal/store"

// Flush adds to the batch what changed since the last Flush. The caller writes
// the batch to the store before it reads the mirror again.
func (m *Mirror) Flush(b *store.Batch) {
	for _, t := range m.tables {
		if len(t.dirty) > 0 {
			t.flush(b)
		}
	}
	for _, s := range m.sums {
		if len(s.dirty) > 0 {
			s.flush(b)
		}
	}
}

// Unflushed is how many rows and sums changed since the last Flush.
func (m *Mirror) Unflushed() int {
	n := 0
	for _, t := range m.tables {
		n += len(t.dirty)
	}
	for _, s := range m.sums {
		n += len(s.dirty)
	}
	return n
}
