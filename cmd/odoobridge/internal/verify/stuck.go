package verify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
)

// patience is how long a command may be where it is before it is named.
const patience = 10 * time.Minute

// parked counts what needs a person.
type parked struct {
	count  int
	oldest time.Time
}

// stuck looks at the commands that are not done.
func (v *Verifier) stuck(ctx context.Context) ([]check.Finding, error) {
	all := collected{code: "verify.stuck"}
	need := map[[2]string]*parked{}
	states := []store.CommandState{store.CommandReceived, store.CommandApplying, store.CommandWaiting, store.CommandParked}
	looked, err := v.each(ctx, store.CommandFilter{States: states}, func(u *user, commands []*store.Command) error {
		for _, c := range commands {
			if err := v.open(ctx, u, c, &all, need); err != nil {
				return err
			}
		}
		return nil
	})
	findings := all.told(fmt.Sprintf("of %d commands that are not done none is stuck", looked))
	for _, key := range slices.SortedFunc(maps.Keys(need), func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) }) {
		findings = append(findings, check.Finding{Severity: check.Warn, Code: "verify.parked", What: need[key].told(key[0], key[1]),
			Why: "a person or a rule must decide", Remedy: fmt.Sprintf("odoobridge exceptions list --channel %s --code %s", key[0], key[1])})
	}
	return findings, err
}

// told says how many there are, and since when.
func (p *parked) told(channel, code string) string {
	since := p.oldest.Format(time.DateTime)
	if p.count == 1 {
		return fmt.Sprintf("1 command of %s is parked as %s, since %s", channel, code, since)
	}
	return fmt.Sprintf("%d commands of %s are parked as %s, the oldest since %s", p.count, channel, code, since)
}

func (v *Verifier) open(ctx context.Context, u *user, c *store.Command, all *collected, need map[[2]string]*parked) error {
	switch age := v.q.Now.Sub(c.Received); {
	case c.State == store.CommandParked:
		key := [2]string{c.Channel, c.Code}
		if need[key] == nil {
			need[key] = &parked{oldest: c.Settled}
		}
		need[key].count++
		if c.Settled.Before(need[key].oldest) {
			need[key].oldest = c.Settled
		}
	case age < patience:
		return nil
	case c.State == store.CommandApplying && !v.q.Running:
		all.add(check.Warn, "the bridge ended in the middle of it", "start the bridge: it looks in Odoo for what was done and goes on", "command %s of %s (%s) is being applied, and no bridge runs", c.ID, c.Channel, c.Name)
	case c.State == store.CommandApplying && !c.Begun.IsZero() && v.q.Now.Sub(c.Begun) > patience:
		all.add(check.Warn, "Odoo does not answer it, or the bridge hangs", "odoobridge trace "+c.ID+" has its attempts; look at Odoo's log", "command %s of %s (%s) has been applied for %s", c.ID, c.Channel, c.Name, v.q.Now.Sub(c.Begun).Round(time.Second))
	case c.State == store.CommandReceived && v.q.Now.Sub(c.Due) > patience:
		all.add(check.Warn, "an earlier one about the same thing holds it back, or nobody carries out commands", "odoobridge status; odoobridge trace "+c.ID, "command %s of %s (%s) has been to do for %s", c.ID, c.Channel, c.Name, v.q.Now.Sub(c.Due).Round(time.Second))
	}
	if !u.away && (c.State == store.CommandWaiting || c.State == store.CommandParked) && v.q.Now.Sub(c.Settled) > patience {
		return v.waits(ctx, u, c, all)
	}
	return nil
}

// waits looks whether what a command waits for is there.
func (v *Verifier) waits(ctx context.Context, u *user, c *store.Command, all *collected) error {
	for _, key := range c.WaitsFor {
		there, err := u.has(ctx, key)
		if odoo.IsKind(err, odoo.Access, odoo.User, odoo.Faulty) {
			continue // it cannot be told
		}
		if err != nil {
			return err
		}
		if there {
			all.add(check.Warn, "it should have gone on by itself when that came", fmt.Sprintf("odoobridge exceptions retry %s %s --reason \"%s is there\"", c.Channel, c.ID, key),
				"command %s of %s (%s) waits for %s, which is there", c.ID, c.Channel, c.Name, key)
		}
	}
	return nil
}

// kinds are where Odoo keeps what commands wait for by a name of its own.
var kinds = []struct {
	kind         command.WaitKind
	model, field string
}{
	{command.WaitSKU, "product.product", "default_code"}, {command.WaitBarcode, "product.product", "barcode"}, {command.WaitWarehouse, "stock.warehouse", "code"},
	{command.WaitLocation, "stock.location", "complete_name"}, {command.WaitList, "mailing.list", "name"},
}

// has says whether Odoo, or the configuration, has what a key names. What is there several times does not count: commands wait for
// one of them. Keys of other kinds cannot be told.
func (u *user) has(ctx context.Context, key string) (bool, error) {
	for kind, name := range map[string]string{command.WaitCustomer.String(): "customer", command.WaitOrder.String(): "order"} {
		if id, is := strings.CutPrefix(key, kind); is {
			_, _, found, err := u.client.Named(ctx, decide.ExternalID(u.channel.Name, name, id), u.within())
			return found, err
		}
	}
	for _, k := range kinds {
		if name, is := strings.CutPrefix(key, k.kind.String()); is {
			domain := odoo.Domain{{k.field, "=", name}}
			within := u.within()
			delete(within, "active_test") // what is archived is not there for a command
			found, err := u.client.SearchRead(ctx, k.model, domain, []string{"id"}, odoo.Window{Limit: 2}, within)
			return len(found) == 1, err
		}
	}
	return u.mapped(ctx, key)
}

// mapped says whether a code is mapped to what Odoo has.
func (u *user) mapped(ctx context.Context, key string) (bool, error) {
	m := u.channel.Mapping
	for _, part := range []struct {
		kind  command.WaitKind
		model string
		codes map[string]config.Record
	}{
		{command.WaitTax, "account.tax", m.Taxes}, {command.WaitCarrier, "delivery.carrier", m.Carriers}, {command.WaitPaymentMethod, "account.journal", m.PaymentMethods},
		{command.WaitPaymentTerm, "account.payment.term", m.PaymentTerms}, {command.WaitPricelist, "product.pricelist", m.Pricelists},
	} {
		if code, is := strings.CutPrefix(key, part.kind.String()); is && part.codes[code] != "" {
			_, found, err := u.x.Find(ctx, u.channel, part.model, part.codes[code])
			return found, err
		}
	}
	return false, nil
}
