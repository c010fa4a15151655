package router_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/router/held"
	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// TestWhatWaitsInMemorySurvivesARestart feeds the same transactions to two
// routers. One writes everything through to its tables; the other may wait, and is
// opened anew now and then. Rows, documents, events and position must agree.
func TestWhatWaitsInMemorySurvivesARestart(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	draw := rand.New(rand.NewPCG(seed, 0))
	calm, wild := newHouse(t, func() bool { return true }), newHouse(t, nil)
	quant := calm.quant
	churn(draw, quant, 25, func(group []change.Piece) {
		calm.apply(group)
		wild.apply(group)
		if draw.IntN(3) == 0 {
			wild.reopen()
		}
	})
	wild.reopen()
	if diff := cmp.Diff(calm.everything(), wild.everything()); diff != "" {
		t.Errorf("(-written through +reopened):\n%s", diff)
	}
}

// churn changes, deletes and makes quants of a shop of 500, in groups of up to 900 transactions.
func churn(draw *rand.Rand, quant *change.Relation, groups int, apply func([]change.Piece)) {
	lsn, alive := change.LSN(1000), map[int]bool{}
	for i := 1; i <= 500; i++ {
		alive[i] = true
	}
	for range groups {
		var group []change.Piece
		for range 1 + draw.IntN(900) {
			lsn += 8
			id := 1 + draw.IntN(520)
			c := quantUpdate(quant, id, draw.IntN(4), fmt.Sprint(lsn))
			if alive[id] && draw.IntN(8) == 0 {
				c.Kind, c.Old, c.New = change.Delete, c.New, nil
			}
			alive[id] = c.Kind != change.Delete
			group = append(group, change.Piece{XID: uint32(lsn), Timeline: 1, CommitTime: time.Unix(int64(lsn), 0).UTC(), Last: true, End: lsn, Changes: []change.Change{c}})
		}
		apply(group)
	}
}

// house is a router and its store, which can be opened anew.
type house struct {
	t            *testing.T
	dir          string
	writeThrough func() bool
	profile      *odoo.Profile
	quant        *change.Relation
	store        *sqlite.Store
	router       *router.Router
	held         *held.Set
	breaks       bool // the next commit of the store fails
}

// breakable is the store of a house, whose commit may fail.
type breakable struct {
	*sqlite.Store
	house *house
}

func (b breakable) Commit(ctx context.Context) error {
	if b.house.breaks {
		b.house.breaks = false
		return errors.New("killed")
	}
	return b.Store.Commit(ctx)
}

func newHouse(t *testing.T, writeThrough func() bool) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), writeThrough: writeThrough}
	h.open()
	h.quant = fill(t, h.router, h.profile, 500)
	t.Cleanup(func() { _ = h.store.Close() })
	return h
}

func (h *house) open() {
	h.t.Helper()
	var err error
	if h.profile, err = odoo.For("17.0", nil); err != nil {
		h.t.Fatal(err)
	}
	if h.store, err = sqlite.Open(h.t.Context(), sqlite.Options{Path: h.dir, Tables: mirror.StoreTables(h.profile)}); err != nil {
		h.t.Fatal(err)
	}
	h.router, err = router.Open(h.t.Context(), router.Options{
		Profile: h.profile, Store: breakable{h.store, h}, CacheBytes: 1 << 20, WriteThrough: h.writeThrough, Committed: func([]*store.Event, int64) {},
		Held: h.held, OriginOf: func(uid int64) string { return map[int64]string{77: "web"}[uid] },
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// reopen closes the store as a crash would find it: what only the router knew is gone.
func (h *house) reopen() {
	h.t.Helper()
	if err := h.store.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.open()
}

func (h *house) apply(group []change.Piece) {
	h.t.Helper()
	if err := h.router.Apply(h.t.Context(), group); err != nil {
		h.t.Fatal(err)
	}
}

// everything lists what the store holds of rows, documents and events.
func (h *house) everything() []string {
	h.t.Helper()
	all := []string{h.router.Position().String()}
	for i := range mirror.RedoTable(h.profile) {
		if err := h.store.Scan(i, func(key store.Key, text string) bool {
			all = append(all, fmt.Sprint("row ", i, key, text))
			return true
		}); err != nil {
			h.t.Fatal(err)
		}
	}
	for _, e := range h.profile.Entities {
		if err := h.store.Documents(h.t.Context(), e.Name, store.Key{-1, -1}, 1e6, func(d store.Document) bool {
			all = append(all, fmt.Sprint("document ", d.Subject, d.Revision, d.LSN, d.Last, string(d.Body)))
			return true
		}); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := h.store.Events(h.t.Context(), 0, 1e6, func(e store.Event) bool {
		all = append(all, fmt.Sprint("event ", e.Seq, e.LSN, e.Ordinal, e.Subject, e.What, e.Revision, e.Previous, string(e.Body)))
		return true
	}); err != nil {
		h.t.Fatal(err)
	}
	return all
}
