package held

import (
	"cmp"
	"maps"
	"slices"
)

// Whole is a product that is a kit and counts as itself, not by its components.
type Whole struct {
	Product string `json:"product"` // SKU, or barcode
	Why     string `json:"why"`
	Orders  int    `json:"orders"`
}

// Again tells that kits may be taken apart otherwise than before. LookAgain does it, once for many.
func (s *Set) Again() {
	s.mu.Lock()
	news := !s.again && len(s.orders) > 0
	s.again = s.again || news
	s.mu.Unlock()
	if news {
		poke(s.poke)
	}
}

// LookAgain has TakeIn look at every order if kits may be taken apart otherwise.
func (s *Set) LookAgain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.again {
		return
	}
	s.again = false
	for id, e := range s.orders {
		if !e.passed {
			s.news[id] = struct{}{}
		}
	}
}

// Report says how many orders count, and of which products it is not certain what Odoo will move.
func (s *Set) Report() (orders int, kits []Whole) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[whole]int{}
	for _, e := range s.orders {
		if e.passed || e.gone {
			continue
		}
		orders++
		of := map[whole]bool{}
		for _, w := range e.whole {
			of[w] = true
		}
		for w := range of {
			found[w]++
		}
	}
	for _, w := range slices.SortedFunc(maps.Keys(found), func(a, b whole) int { return cmp.Or(cmp.Compare(a.product, b.product), cmp.Compare(a.why, b.why)) }) {
		kits = append(kits, Whole{w.product, w.why, found[w]})
	}
	return orders, kits
}
