package inflight

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// Order is an order that a channel placed.
type Order struct {
	Channel    string
	ExternalID string // by which Odoo will know it: "channel_shopify.order_5001"
	Company    int64  // Odoo's id; 0: that of the bridge's user
	Warehouse  string // short name; "": Odoo decides
	Lines      []Line
}

// Line is what was ordered of a product, by its SKU or, where that is empty, its barcode.
type Line struct {
	SKU, Barcode string
	Quantity     string // decimal
}

// Holder holds back what was sold.
type Holder interface {
	// Place holds an order, in place of what was held under its external id.
	Place(o Order)
	// LetGo holds an order no more.
	LetGo(externalID string)
	// Over returns, once, the external ids of orders that Odoo is seen to count, or to have no more.
	Over() []string
}

// Options are what a Tracker works with.
type Options struct {
	Ledger store.Ledger
	Holder Holder
	Config *config.Config
	Now    func() time.Time // time.Now by default
}

// Tracker follows the ledger's orders.
type Tracker struct {
	ledger store.Ledger
	holder Holder
	now    func() time.Time

	mu       sync.Mutex
	config   *config.Config
	commands map[int64]*command
	orders   map[string][]*command // by external id, in the order in which they came
	placed   map[string]*command   // what the holder has
	early    map[int64]struct{}    // taken and done before their claim was heard of
}

// command is an order.place command.
type command struct {
	seq     int64
	order   Order
	state   store.CommandState
	settled time.Time
	early   bool // it was taken before its claim was heard of
}

// New makes a Tracker that knows of nothing yet.
func New(o Options) *Tracker {
	t := &Tracker{
		ledger: o.Ledger, holder: o.Holder, now: o.Now, config: o.Config,
		commands: map[int64]*command{}, orders: map[string][]*command{}, placed: map[string]*command{}, early: map[int64]struct{}{},
	}
	if t.now == nil {
		t.now = time.Now
	}
	return t
}

// Reload takes another configuration, for what comes.
func (t *Tracker) Reload(c *config.Config) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.config = c
}

const pageCommands = 50

// Load takes up what the ledger holds. It is called before anything is carried out.
func (t *Tracker) Load(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	open := []store.CommandState{store.CommandReceived, store.CommandWaiting, store.CommandApplying, store.CommandParked}
	since := t.now().Add(-t.config.Commands.InFlight.Quotations)
	for _, f := range []store.CommandFilter{{States: open}, {States: []store.CommandState{store.CommandApplied}, SettledSince: since}} {
		f.Name, f.Limit = orderPlace, pageCommands
		for more := true; more; {
			page, err := t.ledger.Commands(ctx, f)
			if err != nil {
				return fmt.Errorf("find the orders in flight: %w", err)
			}
			for n := range page {
				t.take(&page[n], false)
				f.After = page[n].Seq
			}
			more = len(page) == f.Limit
		}
	}
	return nil
}

const (
	orderPlace = "order.place"
	lookEvery  = 5 * time.Second
)

// Run forgets what is over, and lets go of quotations whose time has come, until ctx ends.
func (t *Tracker) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		t.Look()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// Look does once what Run does again and again.
func (t *Tracker) Look() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range t.holder.Over() {
		delete(t.placed, id)
		for _, c := range slices.Clone(t.orders[id]) {
			t.forget(c)
		}
	}
	for _, c := range t.commands {
		if c.state == store.CommandApplied && !t.counts(c) {
			t.forget(c)
			t.weigh(c.order.ExternalID)
		}
	}
}

// take takes up a command in whatever state it is. Caller holds mu.
func (t *Tracker) take(from *store.Command, early bool) {
	order, ok := t.orderOf(from)
	if !ok {
		return
	}
	c := &command{seq: from.Seq, order: order, state: from.State, settled: from.Settled, early: early}
	t.commands[c.seq] = c
	id := order.ExternalID
	t.orders[id] = append(t.orders[id], c)
	t.sort(id)
	t.weigh(id)
}

func (t *Tracker) sort(id string) {
	slices.SortFunc(t.orders[id], func(a, b *command) int { return cmp.Compare(a.seq, b.seq) })
}

// orderOf reads a command's order.
func (t *Tracker) orderOf(c *store.Command) (Order, bool) {
	channel := t.config.Channel(c.Channel)
	if channel == nil || c.Name != orderPlace {
		return Order{}, false
	}
	body := c.Body
	if c.Edited != nil {
		body = c.Edited
	}
	var e struct{ Data schema.OrderPlace }
	if json.Unmarshal(body, &e) != nil {
		return Order{}, false // the executor will say so
	}
	o := Order{Channel: c.Channel, ExternalID: decide.ExternalID(c.Channel, "order", c.Subject), Company: channel.Company, Warehouse: e.Data.Warehouse}
	if o.Warehouse == "" && len(channel.Warehouses) > 0 {
		o.Warehouse = channel.Warehouses[0]
	}
	for _, line := range e.Data.Lines {
		o.Lines = append(o.Lines, Line{SKU: line.SKU, Barcode: line.Barcode, Quantity: string(line.Quantity)})
	}
	return o, true
}

// forget drops a command. Caller holds mu.
func (t *Tracker) forget(c *command) {
	delete(t.commands, c.seq)
	if c.early {
		t.early[c.seq] = struct{}{}
	}
	id := c.order.ExternalID
	t.orders[id] = slices.DeleteFunc(t.orders[id], func(o *command) bool { return o == c })
	if len(t.orders[id]) == 0 {
		delete(t.orders, id)
	}
}

// weigh has the holder hold the first command of an order that counts. Caller holds mu.
func (t *Tracker) weigh(id string) {
	var first *command
	if i := slices.IndexFunc(t.orders[id], t.counts); i >= 0 {
		first = t.orders[id][i]
	}
	switch was := t.placed[id]; {
	case first == was:
	case first == nil:
		delete(t.placed, id)
		t.holder.LetGo(id)
	default:
		t.placed[id] = first
		t.holder.Place(first.order)
	}
}

// counts reports whether what a command places is sold and perhaps not known to Odoo.
func (t *Tracker) counts(c *command) bool {
	switch c.state {
	case store.CommandReceived, store.CommandWaiting, store.CommandApplying:
		return true
	case store.CommandParked:
		return t.config.Commands.InFlight.Parked != "release"
	case store.CommandApplied:
		return t.now().Sub(c.settled) < t.config.Commands.InFlight.Quotations
	}
	return false
}
