package router_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// The pricelist 1 sells product 1 for 80, and for 60 from noon to one o'clock.
var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// handClock stands until it is moved; timers tell that they were asked for.
type handClock struct {
	now   time.Time
	asked chan time.Duration
	fire  chan time.Time
}

func (c *handClock) Now() time.Time { return c.now }

func (c *handClock) After(d time.Duration) <-chan time.Time {
	c.asked <- d
	return c.fire
}

// priceHouse is a router whose clock and stream a test moves.
type priceHouse struct {
	t     *testing.T
	dir   string
	clock *handClock
	store *sqlite.Store
	r     *router.Router
	rules *change.Relation
	lsn   change.LSN
	// breakNext lets the next commit of the store fail.
	breakNext bool
}

func newPriceHouse(t *testing.T) *priceHouse {
	h := &priceHouse{t: t, dir: t.TempDir(), lsn: 1000,
		clock: &handClock{now: noon.Add(-time.Hour), asked: make(chan time.Duration), fire: make(chan time.Time)}}
	h.open()
	h.rules = h.load()
	return h
}

func (h *priceHouse) Commit(ctx context.Context) error {
	if h.breakNext {
		h.breakNext = false
		return errors.New("killed")
	}
	return h.store.Commit(ctx)
}

// breaking is the store, whose commit may fail.
type breaking struct {
	*sqlite.Store
	house *priceHouse
}

func (b breaking) Commit(ctx context.Context) error { return b.house.Commit(ctx) }

func (h *priceHouse) open() {
	h.t.Helper()
	if h.store != nil {
		if err := h.store.Close(); err != nil {
			h.t.Fatal(err)
		}
	}
	profile, err := odoo.For("17.0", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	if h.store, err = sqlite.Open(h.t.Context(), sqlite.Options{Path: h.dir, Tables: mirror.StoreTables(profile)}); err != nil {
		h.t.Fatal(err)
	}
	s := h.store
	h.t.Cleanup(func() { _ = s.Close() })
	h.r, err = router.Open(h.t.Context(), router.Options{Profile: profile, Store: breaking{h.store, h}, CacheBytes: 1 << 20, Clock: h.clock})
	if err != nil {
		h.t.Fatal(err)
	}
}

// load fills the tables as a snapshot does and returns the relation of the rules.
func (h *priceHouse) load() (rules *change.Relation) {
	load, err := h.r.BeginLoad(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, t := range h.r.Profile.Tables {
		for _, row := range map[string][]map[string]string{
			"res_currency":      {{"id": "1", "name": "EUR", "decimal_places": "2"}},
			"res_company":       {{"id": "1", "name": "Shop", "currency_id": "1"}},
			"product_template":  {{"id": "1", "name": `{"en_US":"Thing"}`, "active": "t", "list_price": "100.00"}},
			"product_product":   {{"id": "1", "product_tmpl_id": "1", "default_code": "SKU", "active": "t"}},
			"product_pricelist": {{"id": "1", "name": `{"en_US":"Web"}`, "currency_id": "1", "active": "t"}},
			"product_pricelist_item": {
				priceRule("1", "80.00", "", ""),
				priceRule("2", "60.00", "2026-11-27 12:00:00", "2026-11-27 12:59:59"),
			},
		}[t.Name] {
			if err := load.Rows(h.t.Context(), t.ID, copyLine(t, row)); err != nil {
				h.t.Fatal(err)
			}
		}
		if t.Name == "product_pricelist_item" {
			rules = &change.Relation{Schema: "public", Name: t.Name}
			for _, c := range t.Columns {
				if c.Source != "" {
					rules.Columns = append(rules.Columns, change.Column{Name: c.Source})
				}
			}
		}
	}
	at := router.SnapshotInfo{Timeline: 1, LSN: 1000, Time: h.clock.now}
	if err := load.Finish(h.t.Context(), at, func(string, int, int) {}); err != nil {
		h.t.Fatal(err)
	}
	return rules
}

func priceRule(id, price, from, to string) map[string]string {
	r := map[string]string{"id": id, "pricelist_id": "1", "applied_on": "0_product_variant", "product_id": "1", "compute_price": "fixed",
		"base": "list_price", "fixed_price": price}
	if from != "" {
		r["date_start"], r["date_end"] = from, to
	}
	return r
}

func copyLine(t *odoo.Table, row map[string]string) []byte {
	var line []byte
	for i, c := range t.Columns {
		if i > 0 {
			line = append(line, '\t')
		}
		if v, found := row[c.Source]; found {
			line = append(line, v...)
		} else {
			line = append(line, `\N`...)
		}
	}
	return append(line, '\n')
}

// tx is a transaction that writes a rule, committed at the given time; without a rule one of no interest.
func (h *priceHouse) tx(at time.Time, kind change.Kind, rule map[string]string) change.Piece {
	h.lsn += 8
	p := change.Piece{XID: uint32(h.lsn), Timeline: 1, CommitTime: at, Last: true, End: h.lsn}
	if rule == nil {
		return p
	}
	c := change.Change{Kind: kind, Relation: h.rules}
	for _, column := range h.rules.Columns {
		v := change.Value{}
		if text, found := rule[column.Name]; found {
			v = change.Value{State: change.Text, Text: []byte(text)}
		}
		c.New = append(c.New, v)
	}
	if kind == change.Delete {
		c.Old, c.New = c.New, nil
	}
	p.Changes = []change.Change{c}
	return p
}

// end is what a stream says that has come to its end.
func (h *priceHouse) end() change.Piece {
	h.lsn += 8
	return change.Piece{Timeline: 1, Last: true, End: h.lsn}
}

func (h *priceHouse) apply(pieces ...change.Piece) {
	h.t.Helper()
	if err := h.r.Apply(h.t.Context(), pieces); err != nil {
		h.t.Fatal(err)
	}
}

// told is the journal: position, ordinal, what, whose doing, and the price then.
func (h *priceHouse) told() (list []string) {
	h.t.Helper()
	err := h.store.Events(h.t.Context(), 0, 1000, func(e store.Event) bool {
		list = append(list, fmt.Sprintf("%d-%d %s %s %s r%d x%d %s", e.LSN, e.Ordinal, e.Time.UTC().Format(time.TimeOnly), e.Subject,
			strings.Trim(string(schema.Field(e.Body, "price")), `"`), e.Revision, e.XID, e.What))
		return true
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

func (h *priceHouse) expect(want ...string) {
	h.t.Helper()
	if diff := cmp.Diff(want, h.told()); diff != "" {
		h.t.Fatal(diff)
	}
}

// ordinal is that of the first event of a turn.
func ordinal(at time.Time) int64 { return at.Unix()*1_000_000_000 + 1 }

func TestADatedPriceComesIntoForceAndEndsWithoutAnyRowChange(t *testing.T) {
	h := newPriceHouse(t)
	h.apply(h.end())
	h.expect()
	h.clock.now = noon.Add(2 * time.Second)
	h.apply(h.end())
	began := fmt.Sprintf("%d-%d 12:00:00 price/1/1 60.00 r2 x0 changed", h.lsn, ordinal(noon))
	h.expect(began)
	h.apply(h.end())
	h.clock.now = noon.Add(time.Hour)
	h.apply(h.end())
	h.expect(began, fmt.Sprintf("%d-%d 13:00:00 price/1/1 80.00 r3 x0 changed", h.lsn, ordinal(noon.Add(time.Hour))))
}

func TestADatedPriceComesIntoForceOnASilentDatabase(t *testing.T) {
	h := newPriceHouse(t)
	ctx, stop := context.WithCancel(t.Context())
	kept := make(chan error, 1)
	go func() { kept <- h.r.KeepTime(ctx) }()
	if wait := <-h.clock.asked; wait != 15*time.Second {
		t.Errorf("it looks again in %s", wait)
	}
	h.clock.now = noon.Add(14 * time.Second)
	h.clock.fire <- h.clock.now
	if wait := <-h.clock.asked; wait != time.Second {
		t.Errorf("nothing is known of the stream, and it waits for %s", wait)
	}
	h.expect()
	h.clock.now = noon.Add(15 * time.Second)
	h.clock.fire <- h.clock.now
	<-h.clock.asked
	h.expect(fmt.Sprintf("1000-%d 12:00:00 price/1/1 60.00 r2 x0 changed", ordinal(noon)))
	stop()
	if err := <-kept; err != nil {
		t.Error(err)
	}
}

func TestAMomentPassedWhileTheBridgeWasDownIsMadeUpOnce(t *testing.T) {
	h := newPriceHouse(t)
	h.apply(h.tx(noon.Add(-time.Minute), 0, nil))
	h.clock.now = noon.Add(30 * time.Minute)
	h.open()
	h.apply(h.end())
	began := fmt.Sprintf("%d-%d 12:00:00 price/1/1 60.00 r2 x0 changed", h.lsn, ordinal(noon))
	h.expect(began)
	for range 2 {
		h.open()
		h.apply(h.end(), h.tx(noon.Add(31*time.Minute), 0, nil))
		h.expect(began)
	}
	// Down over both of a promotion's ends: no one bought at that price.
	other := newPriceHouse(t)
	other.clock.now = noon.Add(5 * time.Hour)
	other.open()
	other.apply(other.end())
	other.expect()
}

// TestAMomentLiesBetweenTheTransactionsBeforeAndAfterIt: the stream decides the
// order, not the moment at which the bridge reads it.
func TestAMomentLiesBetweenTheTransactionsBeforeAndAfterIt(t *testing.T) {
	h := newPriceHouse(t)
	h.clock.now = noon.Add(time.Minute) // the bridge is behind
	h.apply(
		h.tx(noon.Add(-2*time.Second), change.Insert, priceRule("1", "85.00", "", "")),
		h.tx(noon.Add(time.Second), change.Insert, priceRule("2", "55.00", "2026-11-27 12:00:00", "2026-11-27 12:59:59")),
	)
	first, second := h.lsn-8, h.lsn
	h.expect(
		fmt.Sprintf("%d-1 11:59:58 price/1/1 85.00 r2 x%d changed", first, first),
		fmt.Sprintf("%d-%d 12:00:00 price/1/1 60.00 r3 x0 changed", first, ordinal(noon)),
		fmt.Sprintf("%d-1 12:00:01 price/1/1 55.00 r4 x%d changed", second, second),
	)
	gone := newPriceHouse(t)
	gone.clock.now = noon.Add(time.Minute)
	gone.apply(gone.tx(noon.Add(-time.Second), change.Delete, map[string]string{"id": "2"}), gone.end())
	gone.expect() // what was taken back in time never came into force
}

func TestARuleWrittenWithADateInThePastHoldsAtOnce(t *testing.T) {
	h := newPriceHouse(t)
	h.apply(h.tx(noon.Add(-time.Minute), change.Insert, priceRule("3", "70.00", "2026-11-27 08:00:00", "2026-11-27 11:59:59")))
	wrote := h.lsn
	h.clock.now = noon.Add(time.Second)
	h.apply(h.end())
	h.expect(
		fmt.Sprintf("%d-1 11:59:00 price/1/1 70.00 r2 x%d changed", wrote, wrote),
		fmt.Sprintf("%d-%d 12:00:00 price/1/1 60.00 r3 x0 changed", h.lsn, ordinal(noon)),
	)
}

func TestACrashAtAMomentNeitherLosesNorDoublesIt(t *testing.T) {
	for _, next := range []string{"the stream's end", "a transaction", "quiet"} {
		h := newPriceHouse(t)
		h.apply(h.end())
		h.clock.now = noon.Add(time.Second)
		h.breakNext = true
		p := h.end()
		if err := h.r.Apply(t.Context(), []change.Piece{p}); err == nil {
			t.Fatal("the commit did not fail")
		}
		h.open()
		h.expect()
		at := h.r.Position()
		switch next {
		case "the stream's end":
			h.apply(p)
			at = p.End
		case "a transaction":
			h.apply(h.tx(noon.Add(time.Second), change.Insert, priceRule("9", "1.00", "2030-01-01 00:00:00", "2030-01-02 00:00:00")))
		case "quiet":
			ctx, stop := context.WithCancel(t.Context())
			kept := make(chan error, 1)
			go func() { kept <- h.r.KeepTime(ctx) }()
			h.clock.now = noon.Add(time.Second + <-h.clock.asked)
			h.clock.fire <- h.clock.now
			<-h.clock.asked
			stop()
			if err := <-kept; err != nil {
				t.Error(err)
			}
		}
		want := fmt.Sprintf("%d-%d 12:00:00 price/1/1 60.00 r2 x0 changed", at, ordinal(noon))
		h.expect(want)
		h.open()
		h.apply(h.end())
		h.expect(want)
	}
}
