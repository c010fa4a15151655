package held

import (
	"cmp"
	"slices"
	"sync"

	"github.com/cockroachdb/apd/v3"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

// Order is an order that a channel placed.
type Order struct {
	Channel    string
	ExternalID string // by which Odoo knows it: "channel_shopify.order_5001"
	Company    int64  // Odoo's id; 0: any
	Warehouse  string // short name; "": not known
	Lines      []Line
}

// Line is what was ordered of a product, by its SKU or, where that is empty, its barcode.
type Line struct {
	SKU, Barcode string
	Quantity     string // decimal, in the product's unit
}

// Mirror is what the Set asks of it.
type Mirror interface {
	PlacedOrder(externalID string) (placed odoo.Placed, found bool)
	Takes(sku, barcode, quantity, warehouse string, company int64) odoo.Taken
}

// Set is all orders that count. Place, LetGo, News, Over and Report may be called at any time from anywhere; the
// other methods are the router's.
type Set struct {
	mu     sync.Mutex
	orders map[string]*entry   // by external id
	news   map[string]struct{} // external ids of entries to be looked at
	wait   map[string]struct{} // of those with a product that the mirror does not know
	again  bool                // what kits are taken apart into may have changed
	levels map[odoo.Key][]share
	untold map[odoo.Key]struct{}
	passed []string // seen confirmed or gone, and not durable
	over   []string // and durable
	poke   chan struct{}
}

type entry struct {
	Order
	counts []odoo.Take
	whole  []whole // kits that count as themselves
	passed bool
	gone   bool // let go
}

// whole is a kit that is not taken apart, and why.
type whole struct{ product, why string }

// share is what a channel holds of a level.
type share struct {
	channel  string
	quantity apd.Decimal
	orders   int
}

// NewSet makes an empty one.
func NewSet() *Set {
	s := &Set{orders: map[string]*entry{}, poke: make(chan struct{}, 1)}
	s.Restart()
	return s
}

// Place counts an order from now on, in place of what counted under its external id.
func (s *Set) Place(o Order) {
	s.mu.Lock()
	e := s.orders[o.ExternalID]
	switch {
	case e == nil:
		e = &entry{}
		s.orders[o.ExternalID] = e
	case e.passed: // Odoo counts it
		s.mu.Unlock()
		return
	}
	e.Order, e.gone = o, false
	s.news[o.ExternalID] = struct{}{}
	s.mu.Unlock()
	poke(s.poke)
}

// LetGo counts an order no more.
func (s *Set) LetGo(externalID string) {
	s.mu.Lock()
	if e := s.orders[externalID]; e != nil && !e.passed {
		e.gone = true
		s.news[externalID] = struct{}{}
	}
	s.mu.Unlock()
	poke(s.poke)
}

// News tells that there may be something to take in, or to tell.
func (s *Set) News() <-chan struct{} { return s.poke }

// Over returns, once, the external ids of orders that are durably confirmed, cancelled or deleted.
func (s *Set) Over() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	over := s.over
	s.over = nil
	return over
}

// Idle reports whether nothing counts, and all is told.
func (s *Set) Idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.orders) == 0 && len(s.untold) == 0
}

// Restart looks at every order again: the mirror is what became durable, not what was seen.
func (s *Set) Restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news, s.wait = map[string]struct{}{}, map[string]struct{}{}
	s.levels, s.untold = map[odoo.Key][]share{}, map[odoo.Key]struct{}{}
	s.passed, s.again = nil, false
	for id, e := range s.orders {
		e.counts, e.whole, e.passed = nil, nil, false
		s.news[id] = struct{}{}
	}
	if len(s.orders) > 0 {
		poke(s.poke)
	}
}

// TakeIn counts what was placed and let go. products says whether products or warehouses may be new
// in the mirror, so that what was not found before may be.
func (s *Set) TakeIn(m Mirror, products func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wait) > 0 && products() {
		for id := range s.wait {
			s.news[id] = struct{}{}
		}
	}
	for id := range s.news {
		if e := s.orders[id]; e != nil {
			s.look(m, id, e)
		}
	}
	clear(s.news)
}

// look takes in one order.
func (s *Set) look(m Mirror, id string, e *entry) {
	s.withdraw(e, s.untold)
	delete(s.wait, id)
	if e.gone {
		delete(s.orders, id)
		return
	}
	placed, found := m.PlacedOrder(id)
	if found && settled(placed.State) {
		s.pass(id, e)
		return
	}
	if found && placed.Warehouse != "" {
		e.Warehouse = placed.Warehouse
	}
	for _, line := range e.Lines {
		taken := m.Takes(line.SKU, line.Barcode, line.Quantity, e.Warehouse, e.Company)
		if !taken.Known {
			s.wait[id] = struct{}{}
		}
		if taken.Why != "" {
			e.whole = append(e.whole, whole{cmp.Or(line.SKU, line.Barcode), taken.Why})
		}
		for _, take := range taken.Takes {
			s.add(e, take)
		}
	}
}

// settled reports whether Odoo itself counts an order from then on, or nobody does.
func settled(state string) bool { return state == "sale" || state == "cancel" }

func (s *Set) add(e *entry, take odoo.Take) {
	e.counts = append(e.counts, take)
	s.untold[take.Level] = struct{}{}
	shares := s.levels[take.Level]
	i := slices.IndexFunc(shares, func(sh share) bool { return sh.channel == e.Channel })
	if i < 0 {
		i = len(shares)
		shares = append(shares, share{channel: e.Channel})
	}
	exact.Add(&shares[i].quantity, &shares[i].quantity, &take.Quantity) //nolint:errcheck // exact and finite: nothing can go wrong
	shares[i].orders++
	s.levels[take.Level] = shares
}

// withdraw takes an order's counts back, and notes their levels.
func (s *Set) withdraw(e *entry, levels map[odoo.Key]struct{}) {
	for i := range e.counts {
		c := &e.counts[i]
		levels[c.Level] = struct{}{}
		shares := s.levels[c.Level]
		at := slices.IndexFunc(shares, func(sh share) bool { return sh.channel == e.Channel })
		exact.Sub(&shares[at].quantity, &shares[at].quantity, &c.Quantity) //nolint:errcheck // exact and finite: nothing can go wrong
		if shares[at].orders--; shares[at].orders == 0 {
			shares = slices.Delete(shares, at, at+1)
		}
		if s.levels[c.Level] = shares; len(shares) == 0 {
			delete(s.levels, c.Level)
		}
	}
	e.counts, e.whole = nil, nil
}

func (s *Set) pass(id string, e *entry) {
	e.passed = true
	s.passed = append(s.passed, id)
}

// exact computes without rounding: quantities have far fewer digits than this.
var exact = apd.Context{Precision: 200, MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
