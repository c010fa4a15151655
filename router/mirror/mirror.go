package mirror

import (
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/internal/cache"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// Key identifies a row.
type Key = odoo.Key

// rows is what the mirror needs of the store.
type rows interface {
	Row(table int, key store.Key) (text string, found bool, err error)
	Find(table, index int, value int64, yield func(store.Key, string) bool) error
	Scan(table int, yield func(store.Key, string) bool) error
}

// Mirror is the rows of a profile's tables. It is not safe for concurrent use.
type Mirror struct {
	profile *odoo.Profile
	store   rows
	cached  *cache.Cache[rowID, string]
	tables  []*table
	sums    []*sum
	byName  map[string]*table
	changed []Change
	pieces  map[rowID]int // place in changed, of rows changed since TakeChanges
	counts  []Counts
	scratch []byte
	now     time.Time
	err     error
}

type rowID struct {
	table int
	key   Key
}

// Change is a row's way from one TakeChanges to the next. Old or New is the
// zero Row where there was or is none.
type Change struct {
	Table *odoo.Table
	Key   Key
	Old   odoo.Row
	New   odoo.Row
}

// Counts is how many changes of each kind a table has seen.
type Counts struct{ Inserts, Updates, Deletes, Truncates int64 }

// Open reads the resident tables. cacheBytes bounds what is kept in memory of the others.
func Open(profile *odoo.Profile, s rows, cacheBytes int) (*Mirror, error) {
	m := &Mirror{profile: profile, store: s, byName: map[string]*table{}, pieces: map[rowID]int{}}
	m.counts = make([]Counts, len(profile.Tables))
	m.cached = cache.New[rowID](cacheBytes*2/3, func(text string) int { return len(text) })
	totals := cache.New[rowID](cacheBytes/3, (*total).size)
	for i, spec := range profile.Tables {
		t := newTable(i, spec, m.cached)
		m.tables = append(m.tables, t)
		m.byName[spec.Name] = t
	}
	for i, spec := range profile.Sums {
		s := newSum(len(profile.Tables)+i, spec, totals)
		s.join(m.tables)
		m.sums = append(m.sums, s)
	}
	return m, m.Reload()
}

// Reload forgets all that is in memory and reads the resident tables again.
func (m *Mirror) Reload() error {
	m.cached.Clear()
	for _, t := range m.tables {
		t.reset()
		if !t.spec.Resident {
			continue
		}
		err := m.store.Scan(t.id, func(key store.Key, text string) bool {
			t.resident[key] = text
			return true
		})
		if err != nil {
			return fmt.Errorf("read table %s into memory: %w", t.spec.Name, err)
		}
	}
	for _, s := range m.sums {
		s.reset()
	}
	clear(m.pieces)
	m.changed = m.changed[:0]
	m.err = nil
	return nil
}

// Now is the moment as of which dated rows count.
func (m *Mirror) Now() time.Time { return m.now }

// Advance moves Now on, never back.
func (m *Mirror) Advance(to time.Time) {
	if to.After(m.now) {
		m.now = to
	}
}

// Err returns the first read that failed since Open or Reload.
func (m *Mirror) Err() error { return m.err }

func (m *Mirror) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// Tracks reports whether the relation is mirrored.
func (m *Mirror) Tracks(r *change.Relation) bool {
	t := m.byName[r.Name]
	return r.Schema == "public" && t != nil && !t.spec.Absent
}

// TakeChanges calls yield for every row that differs from what it was at the
// previous call, once each, in the order of first change.
func (m *Mirror) TakeChanges(yield func(Change)) {
	for i := range m.changed {
		c := &m.changed[i]
		c.New = odoo.NewRow(m.tables[c.Table.ID].get(m, c.Key))
		if c.New.COPY() != c.Old.COPY() {
			yield(*c)
		}
	}
	m.changed = m.changed[:0]
	clear(m.pieces)
}

// TakeCounts calls yield with the changes counted since the previous call.
func (m *Mirror) TakeCounts(yield func(table string, c Counts)) {
	for i := range m.counts {
		if m.counts[i] != (Counts{}) {
			yield(m.profile.Tables[i].Name, m.counts[i])
			m.counts[i] = Counts{}
		}
	}
}
