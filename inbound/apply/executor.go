package apply

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

// Documents tells what the outbound river knows of a thing.
type Documents interface {
	// Since is the newest revision of an entity's document, and what happened after the given one, oldest first; 0 and
	// nothing when there is no such document. What is not known any more, or never was a revision, is a change of any field.
	Since(ctx context.Context, entity string, key [2]int64, revision int64) (now int64, changes []decide.Change, err error)
	// Heir is what an entity that is gone was merged into; 0 when it was not, or is not known to be.
	Heir(ctx context.Context, entity string, key [2]int64) (heir int64, err error)
	// Deleted is when the transaction was committed that an entity is gone since; the zero time where it is there, or that is not known.
	Deleted(ctx context.Context, entity string, key [2]int64) (time.Time, error)
	// Pass returns once Since, Heir and Deleted know of everything that Odoo had committed when it was called. It fails when
	// that takes too long: then nothing is known.
	Pass(ctx context.Context) error
}

// Bindings are what outcomes said of channels' ids. They tell which record one means where Odoo does not let the
// bridge's user write external ids of records that were there before, and of a record that is
// gone that it was there; and which payments are an order's that had no invoice, of which Odoo knows nothing.
type Bindings interface {
	Bound(ctx context.Context, externalID string) (b command.Binding, found bool, err error)
}

// Options are what an Executor works with.
type Options struct {
	Odoo      *odoo.Client
	Config    *config.Config
	Documents Documents // nil: BasedOn is not looked at
	Bindings  Bindings  // nil: only external ids in Odoo

	Failpoint func(step string) error // for tests
	Now       func() time.Time
}

// Executor carries out commands. It is safe for concurrent use.
type Executor struct {
	odoo      *odoo.Client
	config    atomic.Pointer[config.Config]
	documents Documents
	bindings  Bindings
	failpoint func(string) error
	now       func() time.Time
	settle    time.Duration
	cache     *cache
}

// New makes an executor.
func New(o Options) *Executor {
	x := &Executor{
		odoo: o.Odoo, documents: o.Documents, bindings: o.Bindings, failpoint: o.Failpoint, now: o.Now, settle: o.Config.Odoo.CallTimeout(),
	}
	if x.failpoint == nil {
		x.failpoint = func(string) error { return nil }
	}
	if x.now == nil {
		x.now = time.Now
	}
	x.cache = newCache(x.now)
	x.config.Store(o.Config)
	return x
}

// Reload takes another configuration from the next command on.
func (x *Executor) Reload(c *config.Config) {
	x.config.Store(c)
	x.cache.clear()
}

// doers carry out one kind of command each.
var doers = map[string]func(*run) (command.Reference, error){
	"customer.upsert":  upsertCustomer,
	"order.place":      placeOrder,
	"order.cancel":     cancelOrder,
	"shipment.confirm": confirmShipment,
	"return.request":   requestReturn,
	"return.receive":   receiveReturn,
	"payment.record":   recordPayment,
	"refund.record":    recordRefund,
	"stock.count":      countStock,
	"stock.adjust":     adjustStock,
	"consent.update":   updateConsent,
}

// Execute carries out a command, or goes on with it.
func (x *Executor) Execute(ctx context.Context, c command.Command, note command.Note) (command.Outcome, error) {
	cfg := x.config.Load()
	channel := cfg.Channel(c.Channel)
	do := doers[c.Name]
	switch {
	case channel == nil:
		return command.Outcome{Kind: command.Rejected, Problems: []command.Problem{problem(schema.CodeNotGranted, "", "there is no channel of this name")}}, nil
	case do == nil:
		return command.Outcome{Kind: command.Rejected, Problems: []command.Problem{problem(schema.CodeUnknownCommand, "", "no command of this name is carried out")}}, nil
	}
	notes := map[string]string{}
	maps.Copy(notes, c.Notes)
	c.Notes = notes
	ctx, spent := odoo.Counted(ctx)
	r := &run{ctx: ctx, x: x, c: c, channel: channel, ownership: decide.Ownership(cfg.Ownership), policies: cfg.Conflicts, keep: note}
	r.announced = sync.OnceValue(func() error { return note(ctx, command.NoteCalling, "") })
	defer r.beside.Wait()
	record, err := do(r)
	if err == nil {
		err = r.tellOverwritten()
	}
	out, err := r.outcome(record, err)
	out.Bindings, out.Called = r.bound, spent()
	return out, err
}

// read decodes a command's data; the schema has been checked.
func read[T any](r *run) (T, error) {
	var data T
	if err := decodeData(r.c.Data, &data); err != nil {
		return data, r.reject(problem(schema.CodeInvalid, "", fmt.Sprintf("the data of %s cannot be read", r.c.Name)))
	}
	return data, nil
}
