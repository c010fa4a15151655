package bridge

import (
	"context"
	"encoding/json"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// wakeKeys are what commands may wait for that these events bring: "sku/ABC", "barcode/4006381333931".
func wakeKeys(events []*store.Event) []string {
	var keys []string
	for _, e := range events {
		if e.Entity != "product" || e.What == "deleted" {
			continue
		}
		for _, field := range []string{"sku", "barcode"} {
			var text string
			if json.Unmarshal(schema.Field(e.Body, field), &text) == nil && text != "" {
				keys = append(keys, field+"/"+text)
			}
		}
	}
	return keys
}

// waker passes events on to commands that wait, beside the router and never in its way: what it cannot
// take at once is looked at by those commands themselves.
func (b *bridge) waker(ctx context.Context) error {
	for {
		select {
		case events := <-b.told:
			b.wakeCommands(ctx, events)
		case <-ctx.Done():
			return nil
		}
	}
}

// tell hands events to the waker, if it has room.
func (b *bridge) tell(events []*store.Event) {
	if b.commands == nil {
		return
	}
	select {
	case b.told <- events:
	default:
	}
}
