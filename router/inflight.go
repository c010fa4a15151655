package router

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// What channels have sold and Odoo does not count yet is a part of a level's document,
// in_flight. So it is compared, numbered, journalled and told like all else, and a restart
// finds in the documents what channels were last told. It changes without a row's change: those events have the
// position of the transaction before them, and an ordinal beyond all others, made from the journal's number.

// metaHeld says that some level's document may have the field.
const metaHeld = "in_flight"

// heldOrdinals is beyond the ordinals of transactions and of moments.
const heldOrdinals = 1 << 62

// tellAgain is how long a transaction that is coming in is waited for.
const tellAgain = 20 * time.Millisecond

// flight is what the router remembers of orders in flight.
type flight struct {
	order, level int  // places of the entities; -1: none
	noted        bool // metaHeld is set
	checked      bool // the documents that had the field at the start are known
}

func (r *Router) resumeFlight(ctx context.Context) error {
	place := func(name string) int {
		return slices.IndexFunc(r.Profile.Entities, func(e *odoo.Entity) bool { return e.Name == name })
	}
	r.flight = flight{order: place("order"), level: place("stock_level")}
	text, _, err := r.Store.Meta(ctx, metaHeld)
	r.flight.noted = text != ""
	r.Held.Restart()
	return err
}

// heldMirror is the mirror as orders in flight ask it.
type heldMirror struct{ r *Router }

func (m heldMirror) PlacedOrder(externalID string) (odoo.Placed, bool) {
	return m.r.Profile.PlacedOrder(m.r.mirror, externalID)
}

func (m heldMirror) Takes(sku, barcode, quantity, warehouse string, company int64) odoo.Taken {
	return m.r.Profile.Takes(m.r.mirror, sku, barcode, quantity, warehouse, company)
}

// takeIn counts what was placed or let go since it was last asked.
func (r *Router) takeIn() {
	r.Held.TakeIn(heldMirror{r}, func() bool {
		for id := range r.tx.touched {
			if name := r.Profile.Entities[id.entity].Name; name == "product" || name == "stock_level" {
				return true
			}
		}
		return false
	})
}

// minds has orders looked at again, between transactions, when a row by which kits are taken apart has changed.
func (r *Router) minds(c *mirror.Change) {
	if r.Profile.AltersKits(c.Table, c.Old, c.New) {
		r.Held.Again()
	}
}

// withFlight adds to a level's document what is in flight.
func (r *Router) withFlight(id docID, body []byte) []byte {
	if id.entity != r.flight.level {
		return body
	}
	return r.Held.AppendField(body, id.key)
}

// sawOrder lets go of an order that Odoo counts from here on: its levels are touched.
func (r *Router) sawOrder(id docID, d *derived) {
	if id.entity != r.flight.order {
		return
	}
	body := d.built.Body
	if !d.there {
		body = d.before
	}
	r.Held.Saw(body, !d.there, func(level odoo.Key) { r.tx.touched[docID{r.flight.level, level}] = struct{}{} })
}

// noteFlight keeps in the meta whether there may be documents with the field.
func (r *Router) noteFlight(meta map[string]string) {
	switch idle := r.Held.Idle(); {
	case !idle && !r.flight.noted:
		meta[metaHeld], r.flight.noted = "yes", true
	case idle && r.flight.noted && r.flight.checked:
		meta[metaHeld], r.flight.noted = "", false
	}
}

// KeepFlight tells of levels again when orders are placed or let go. It returns nil when ctx ends,
// and otherwise why that failed.
func (r *Router) KeepFlight(ctx context.Context) error {
	for {
		told, err := r.tellFlight(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("tell what is in flight: %w", err)
		}
		if told {
			select {
			case <-r.Held.News():
			case <-ctx.Done():
				return nil
			}
			continue
		}
		select {
		case <-time.After(tellAgain):
		case <-ctx.Done():
			return nil
		}
	}
}

// tellFlight builds the levels again that differ; told is false while a transaction is coming in.
func (r *Router) tellFlight(ctx context.Context) (told bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed != nil || r.tx.open {
		return false, r.failed
	}
	levels := map[odoo.Key]struct{}{}
	if err := r.findTold(ctx, levels); err != nil {
		return false, err
	}
	r.Held.LookAgain()
	r.takeIn()
	for _, level := range r.Held.Untold() {
		levels[level] = struct{}{}
	}
	if len(levels) == 0 {
		r.Held.Durable()
		return true, nil
	}
	r.tx.open = true // so that much of it may be written out
	for level := range levels {
		r.tx.touched[docID{r.flight.level, level}] = struct{}{}
	}
	r.group.position, r.group.turned = max(r.group.position, r.position), true
	commit := commitInfo{
		Epoch: r.epoch, Timeline: r.timeline, LSN: r.group.position, Time: r.Clock.Now().UTC(), ordinal: int(heldOrdinals + r.sequence),
	}
	if err := r.compareTouched(ctx, &commit); err != nil {
		return false, r.abandon(err)
	}
	r.tx.reset()
	if err := r.commit(ctx); err != nil {
		return false, r.abandon(err)
	}
	return true, nil
}

// findTold finds, once, the levels that channels were last told of with something in flight.
func (r *Router) findTold(ctx context.Context, levels map[odoo.Key]struct{}) error {
	if r.flight.checked || !r.flight.noted {
		r.flight.checked = true
		return nil
	}
	const page = 1000
	after, n := odoo.Key{-1 << 63, -1 << 63}, page
	for n == page {
		n = 0
		err := r.Store.Documents(ctx, "stock_level", after, page, func(d store.Document) bool {
			n++
			after = d.Key
			if bytes.Contains(d.Body, []byte(`,"in_flight":`)) {
				levels[d.Key] = struct{}{}
			}
			return true
		})
		if err != nil {
			return fmt.Errorf("list documents of stock_level: %w", err)
		}
	}
	r.flight.checked = true
	return nil
}
