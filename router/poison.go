package router

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// metaPoison keeps the documents that could not be built, as JSON.
const metaPoison = "poison"

// mostPoison is how many documents may be poisoned: more is no row that is odd but a
// mapping that is wrong, and going on would leave channels without what they wait for.
const mostPoison = 1000

// Poisoned is a document that could not be built from its rows. Channels have it as it was; all
// others go on. It is built again when a row of it changes, and after each start.
type Poisoned struct {
	Entity  string    `json:"entity"`
	Key     store.Key `json:"key"`
	Subject string    `json:"subject,omitempty"` // "" for one that was never told of
	Reason  string    `json:"reason"`            // what failed and where, without any value
	LSN     string    `json:"lsn"`               // of the transaction that it failed at first
}

// ErrPoison ends applying when too many documents cannot be built.
var ErrPoison = errors.New("too many documents cannot be built")

// poison is what is known of such documents.
type poison struct {
	is    map[docID]Poisoned
	again []docID // to be built with the next transaction
	fresh bool    // is differs from what the store has
}

// PoisonedIn is what a store knows of documents that could not be built.
func PoisonedIn(ctx context.Context, s metaReader) (all []Poisoned, err error) {
	text, found, err := s.Meta(ctx, metaPoison)
	if err != nil || !found || text == "" {
		return nil, err
	}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, fmt.Errorf("the store's %s: %w", metaPoison, err)
	}
	return all, nil
}

// CheckpointIn is the last entry whose document is in its own table.
func CheckpointIn(ctx context.Context, s metaReader) (int64, error) {
	return readNumber(ctx, s, metaCheckpoint)
}

// readPoison takes up what the store knows, and has it tried again.
func (r *Router) readPoison(ctx context.Context) error {
	r.poison.is = map[docID]Poisoned{}
	all, err := PoisonedIn(ctx, r.Store)
	if err != nil || all == nil {
		return err
	}
	for _, p := range all {
		entity := slices.IndexFunc(r.Profile.Entities, func(e *odoo.Entity) bool { return e.Name == p.Entity })
		if entity < 0 {
			continue // an entity that there is no more
		}
		id := docID{entity, p.Key}
		r.poison.is[id] = p
		r.poison.again = append(r.poison.again, id)
	}
	r.showPoison()
	return nil
}

// notePoison puts it beside the position that it belongs to.
func (r *Router) notePoison(meta map[string]string) error {
	if !r.poison.fresh {
		return nil
	}
	text, err := json.Marshal(r.listPoison())
	if err != nil {
		return fmt.Errorf("note what cannot be built: %w", err)
	}
	meta[metaPoison] = string(text)
	r.poison.fresh = false
	r.showPoison()
	return nil
}

func (r *Router) listPoison() []Poisoned {
	all := make([]Poisoned, 0, len(r.poison.is))
	for _, p := range r.poison.is {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Poisoned) int {
		return cmp.Or(cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.Key[0], b.Key[0]), cmp.Compare(a.Key[1], b.Key[1]))
	})
	return all
}

func (r *Router) showPoison() {
	all := r.listPoison()
	r.poisoned.Store(&all)
}

// Poisoned are the documents that cannot be built now. It may be called at any time.
func (r *Router) Poisoned() []Poisoned {
	if all := r.poisoned.Load(); all != nil {
		return *all
	}
	return nil
}

// spoil notes that a document could not be built.
func (r *Router) spoil(c *commitInfo, id docID, previous *store.Document, reason string) error {
	was, known := r.poison.is[id]
	if known && was.Reason == reason {
		return nil
	}
	p := Poisoned{Entity: r.Profile.Entities[id.entity].Name, Key: id.key, Subject: previous.Subject, Reason: reason, LSN: c.LSN.String()}
	if known {
		p.LSN = was.LSN
	}
	r.poison.is[id], r.poison.fresh = p, true
	if len(r.poison.is) > mostPoison {
		return fmt.Errorf("%w: more than %d, the last one %s %v: %s", ErrPoison, mostPoison, p.Entity, p.Key, reason)
	}
	return nil
}

// heal notes that a document can be built.
func (r *Router) heal(id docID) {
	if _, ill := r.poison.is[id]; ill {
		delete(r.poison.is, id)
		r.poison.fresh = true
	}
}

// tryAgain touches what could not be built before the bridge was last started.
func (r *Router) tryAgain() {
	for _, id := range r.poison.again {
		r.tx.touched[id] = struct{}{}
	}
	r.poison.again = nil
}

// derived is what the mapping makes of an entity's rows: its document, and what
// happened since the previous one.
type derived struct {
	built      odoo.Built
	there      bool
	before     []byte // the previous body, or a deleted entity's last words
	same       bool
	changed    []string
	values     []byte // of the changed fields, as they were
	happenings []odoo.Happening
}

// derive asks the mapping. It changes nothing here, so that a mapping that fails on
// some row does so without consequence; poison is why, or "".
func (r *Router) derive(c *commitInfo, id docID, previous []byte) (d derived, poison string) {
	defer func() {
		if failure := recover(); failure != nil {
			poison = telemetry.Panic(failure)
		}
	}()
	entity := r.Profile.Entities[id.entity]
	d.before = previous
	if d.built, d.there = entity.Build(r.mirror, id.key, previous); d.there {
		d.built.Body = r.withFlight(id, d.built.Body)
	}
	if d.same = d.there && string(d.built.Body) == string(previous) || !d.there && previous == nil; d.same {
		return d, ""
	}
	var next []byte
	switch {
	case d.there:
		next = d.built.Body
	case entity.LastWords != nil:
		if words := entity.LastWords(r.mirror, id.key, previous, r.tx.heirs[id]); words != nil {
			d.before = words
		}
	}
	d.changed, d.values = schema.Diff(d.before, next)
	d.happenings = entity.Happenings(d.before, next, d.changed)
	if c.Resync && d.before != nil && next != nil && onlyEmpty(d.before, next, d.changed) {
		d.happenings = nil
	}
	return d, ""
}

// buildFirst is derive for a document that nobody has been told of.
func (r *Router) buildFirst(id docID) (built odoo.Built, there bool, poison string) {
	defer func() {
		if failure := recover(); failure != nil {
			poison = telemetry.Panic(failure)
		}
	}()
	if built, there = r.Profile.Entities[id.entity].Build(r.mirror, id.key, nil); there {
		built.Body = r.withFlight(id, built.Body)
	}
	return built, there, ""
}
