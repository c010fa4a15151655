package cdc

import (
	"github.com/odoobridge/odoobridge/internal/change"
)

const (
	slabValues = 2048 // row values allocated at a time
	keepSlabs  = 128  // slabs that an idle batch holds on to: 8 MiB

	valueCost  = 32 // bytes of memory
	changeCost = 64
)

// batch is what is handed over at once: pieces, the changes they hold and the
// values those hold. It is used again when the handler is done with it.
type batch struct {
	pieces  []change.Piece
	changes []change.Change
	cost    int // bytes of memory, approximately

	slab []change.Value   // the slab in use
	full [][]change.Value // slabs used up
	free [][]change.Value
}

// row gives out room for a row's values, which the caller sets all.
func (b *batch) row(columns int) []change.Value {
	if cap(b.slab)-len(b.slab) < columns {
		b.newSlab(columns)
	}
	n := len(b.slab)
	b.slab = b.slab[:n+columns]
	return b.slab[n : n+columns : n+columns]
}

func (b *batch) newSlab(columns int) {
	if b.slab != nil {
		b.full = append(b.full, b.slab)
	}
	if n := len(b.free); n > 0 && columns <= slabValues {
		b.slab, b.free = b.free[n-1], b.free[:n-1]
		return
	}
	b.slab = make([]change.Value, 0, max(slabValues, columns))
}

// reset makes the batch empty. What it pointed to is let go.
func (b *batch) reset() {
	clear(b.pieces)
	clear(b.changes)
	b.pieces, b.changes, b.cost = b.pieces[:0], b.changes[:0], 0
	for _, s := range b.full {
		if clear(s); cap(s) == slabValues && len(b.free) < keepSlabs {
			b.free = append(b.free, s[:0])
		}
	}
	clear(b.full)
	b.full = b.full[:0]
	clear(b.slab)
	b.slab = b.slab[:0]
}

// batches keeps batches that are not in use.
type batches chan *batch

func (p batches) get() *batch {
	select {
	case b := <-p:
		return b
	default:
		return &batch{}
	}
}

func (p batches) put(b *batch) {
	b.reset()
	select {
	case p <- b:
	default: // enough are kept
	}
}
