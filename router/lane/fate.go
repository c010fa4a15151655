package lane

import (
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Fate is what a lane makes of a journal entry, whatever its pace.
type Fate string

// The fates of an entry.
const (
	Delivers Fate = "delivers"
	Filtered Fate = "filtered" // not its business: another entity, or not in its view
	Unseen   Fate = "unseen"   // nothing of what the lane shows has changed
	Own      Fate = "own"      // the channel caused it, and is not told of its own
)

// Judge is what the lane makes of an entry by itself. A lane that conflates may also let an entry go
// with later ones of its subject, and come to nothing with them.
func (s Spec) Judge(e *store.Event) (Fate, error) {
	p, err := newPromise(s)
	if err != nil {
		return "", err
	}
	if p != nil && e.Entity == entityStockLevel {
		shown := p.event(e)
		e = &shown
	}
	f := newFilter(s)
	switch _, v := f.judge(e); {
	case v == filtered:
		return Filtered, nil
	case v == nothing:
		return Unseen, nil
	case s.DropOwn && e.Origin == s.Channel:
		return Own, nil
	}
	return Delivers, nil
}

// Sees reports whether the entry's subject was in the lane's view before it, and is after it, whatever entities the lane takes.
func (s Spec) Sees(e *store.Event) (before, after bool, err error) {
	p, err := newPromise(s)
	if err != nil {
		return false, false, err
	}
	if p != nil && e.Entity == entityStockLevel {
		shown := p.event(e)
		e = &shown
	}
	f := newFilter(s)
	v := f.sight(e)
	return v.known, v.now, nil
}

// SeesDocument reports whether a document is in the lane's view.
func (s Spec) SeesDocument(d *store.Document) (bool, error) {
	p, err := newPromise(s)
	if err != nil {
		return false, err
	}
	body := d.Body
	if len(body) == 0 || body[0] != '{' {
		return false, nil
	}
	if p != nil && d.Entity == entityStockLevel {
		body = p.body(body)
	}
	f := newFilter(s)
	return f.takes(body), nil
}

// Paced reports whether the lane holds events back, so that several may become one.
func (s Spec) Paced() bool {
	p, err := newPace(s.Pace)
	return err == nil && !p.instant()
}

// Takes reports whether events of the entity are the lane's business at all.
func (s Spec) Takes(entity string) bool {
	return s.Entities == nil || slices.Contains(s.Entities, entity)
}
