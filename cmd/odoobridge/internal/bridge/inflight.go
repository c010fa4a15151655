package bridge

import (
	"context"

	"github.com/odoobridge/odoobridge/inbound/inflight"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/held"
)

// trackOrders has what channels sell counted as in flight, where a lane asks for it: the ledger
// that it returns is the one for the river.
func (b *bridge) trackOrders(ctx context.Context, l store.Ledger) (*inflight.Tracker, store.Ledger, error) {
	if !b.cfg.CountsInFlight() {
		return nil, l, nil
	}
	tracker := inflight.New(inflight.Options{Ledger: l, Holder: heldOrders{b.held}, Config: b.cfg})
	if err := tracker.Load(ctx); err != nil {
		return nil, nil, err
	}
	return tracker, tracker.Ledger(), nil
}

// runInFlight forgets orders that need not be counted any more, until ctx ends.
func (b *bridge) runInFlight(ctx context.Context) error {
	if b.commands == nil || b.commands.inFlight == nil {
		return nil
	}
	return b.commands.inFlight.Run(ctx)
}

// inFlightStatus is nil where nothing is in flight.
func (b *bridge) inFlightStatus() *InFlightStatus {
	orders, whole := b.held.Report()
	if orders == 0 {
		return nil
	}
	return &InFlightStatus{Orders: orders, Whole: whole}
}

// heldOrders hands on orders from the way in to the way out.
type heldOrders struct{ set *held.Set }

func (h heldOrders) Place(o inflight.Order) {
	order := held.Order{Channel: o.Channel, ExternalID: o.ExternalID, Company: o.Company, Warehouse: o.Warehouse}
	for _, line := range o.Lines {
		order.Lines = append(order.Lines, held.Line(line))
	}
	h.set.Place(order)
}

func (h heldOrders) LetGo(externalID string) { h.set.LetGo(externalID) }

func (h heldOrders) Over() []string { return h.set.Over() }
