package router_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// TestAPoisonDocumentIsSetAsideAndItsNeighboursPass has the mapping fail on one product's
// level: all others are told, the position moves, the reason is kept over a restart
// without a value of the row, and once the mapping is mended exactly the difference is told.
func TestAPoisonDocumentIsSetAsideAndItsNeighboursPass(t *testing.T) {
	h := newHouse(t, nil)
	h.poison(7)
	h.apply([]change.Piece{h.sale(1000, 6, 60), h.sale(1100, 7, 70), h.sale(1200, 8, 80)})
	if got, want := h.told(), "stock_level/6/1=60 stock_level/8/1=80"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
	if h.router.Position() != 1200 {
		t.Errorf("position %s, want 0/4B0", h.router.Position())
	}

	h.reopen()
	mend := h.poison(7)
	ill := h.router.Poisoned()
	if len(ill) != 1 || ill[0].Subject != "stock_level/7/1" || ill[0].LSN != change.LSN(1100).String() {
		t.Fatalf("poisoned are %+v, want stock_level/7/1", ill)
	}
	if reason := ill[0].Reason; strings.Contains(reason, "secret") || !strings.Contains(reason, "poison_test") && !strings.Contains(reason, "router_test") {
		t.Errorf("reason %q, want the place and no value", reason)
	}
	h.apply([]change.Piece{h.sale(1300, 9, 90)}) // tried again, and still ill
	if len(h.router.Poisoned()) != 1 {
		t.Error("forgotten though it cannot be built")
	}

	mend()
	h.reopen() // as a newer program would
	h.apply([]change.Piece{h.sale(1400, 10, 95)})
	if got, want := h.told(), "stock_level/6/1=60 stock_level/8/1=80 stock_level/9/1=90 stock_level/7/1=70 stock_level/10/1=95"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
	if len(h.router.Poisoned()) != 0 {
		t.Errorf("still ill: %+v", h.router.Poisoned())
	}
}

// TestAPoisonDocumentIsToldWhenItsRowsChange needs no restart.
func TestAPoisonDocumentIsToldWhenItsRowsChange(t *testing.T) {
	h := newHouse(t, nil)
	mend := h.poison(7)
	h.apply([]change.Piece{h.sale(1000, 7, 70)})
	mend()
	h.apply([]change.Piece{h.sale(1100, 7, 71)})
	if got, want := h.told(), "stock_level/7/1=71"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
	if len(h.router.Poisoned()) != 0 {
		t.Error("still ill")
	}
}

// poison has the level of a product panic with a value of its row until it is mended.
func (h *house) poison(product int64) (mend func()) {
	ill := true
	for _, e := range h.profile.Entities {
		if e.Name != "stock_level" {
			continue
		}
		build := e.Build
		e.Build = func(rows odoo.Rows, key odoo.Key, previous []byte) (odoo.Built, bool) {
			if ill && key[0] == product {
				panic("secret")
			}
			return build(rows, key, previous)
		}
	}
	return func() { ill = false }
}

// sale is a transaction that leaves so much of a product.
func (h *house) sale(end change.LSN, product, quantity int) change.Piece {
	return change.Piece{XID: uint32(end), Timeline: 1, CommitTime: time.Unix(int64(end), 0), Last: true, End: end,
		Changes: []change.Change{quantUpdate(h.quant, product, quantity, "2026-01-01")}}
}

// told lists what the journal says of stock levels.
func (h *house) told() string {
	h.t.Helper()
	var all []string
	if err := h.store.Events(h.t.Context(), 0, 1e6, func(e store.Event) bool {
		body := string(e.Body)
		_, rest, _ := strings.Cut(body, `"on_hand":"`)
		quantity, _, _ := strings.Cut(rest, `"`)
		all = append(all, fmt.Sprintf("%s=%s", e.Subject, quantity))
		return true
	}); err != nil {
		h.t.Fatal(err)
	}
	return strings.Join(all, " ")
}
