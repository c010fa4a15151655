package odoocheck

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
)

// part is a part of a channel's mapping.
type part struct {
	name, model string
	codes       map[string]config.Record
	fields      []string // that are looked at
	// wrong says why a record is not one that can be meant; "" when it can.
	wrong func(code string, rec odoo.Record) string
}

func partsOf(channel *config.Channel) []part {
	m := channel.Mapping
	single := func(r config.Record) map[string]config.Record {
		if r == "" {
			return nil
		}
		return map[string]config.Record{"": r}
	}
	return []part{
		{"mapping.taxes", "account.tax", m.Taxes, []string{"type_tax_use"}, func(_ string, rec odoo.Record) string {
			if use := rec.Text("type_tax_use"); use != "sale" {
				return "is a tax on " + use + ", not on sales"
			}
			return ""
		}},
		{"mapping.carriers", "delivery.carrier", m.Carriers, nil, nil},
		{"mapping.payment_methods", "account.journal", m.PaymentMethods, []string{"type"}, func(_ string, rec odoo.Record) string {
			if kind := rec.Text("type"); !slices.Contains([]string{"bank", "cash", "credit"}, kind) {
				return "is a journal of the type " + kind + ", in which Odoo takes no payments"
			}
			return ""
		}},
		{"mapping.payment_terms", "account.payment.term", m.PaymentTerms, nil, nil},
		{"mapping.pricelists", "product.pricelist", m.Pricelists, []string{"currency_id"}, func(code string, rec odoo.Record) string {
			if currency := rec.RefName("currency_id"); currency != code {
				return "is a price list in " + currency
			}
			return ""
		}},
		{"order.guest_customer", "res.partner", single(channel.Order.GuestCustomer), nil, nil},
		{"order.team", "crm.team", single(channel.Order.Team), nil, nil},
	}
}

// mappings looks up everything that the channel's configuration says of Odoo, as commands do.
func (c *Checker) mappings(ctx context.Context, u *user, channel *config.Channel) (findings []check.Finding, err error) {
	looked := 0
	for _, p := range partsOf(channel) {
		for _, code := range slices.Sorted(maps.Keys(p.codes)) {
			f, err := c.mapping(ctx, u, channel, &p, code)
			if err != nil {
				return findings, err
			}
			looked++
			if f != nil {
				findings = append(findings, *f)
			}
		}
	}
	findings = append(findings, unmapped(channel)...)
	if len(findings) == 0 {
		findings = append(findings, check.Good("odoo.mapping", fmt.Sprintf("what the configuration of channel %s says of Odoo is there (%d records)", channel.Name, looked)))
	}
	return findings, nil
}

// unmapped says what a granted command cannot do without.
func unmapped(channel *config.Channel) []check.Finding {
	if slices.Contains(channel.Commands, "payment.record") && len(channel.Mapping.PaymentMethods) == 0 {
		return []check.Finding{{Severity: check.Warn, Code: "odoo.mapping", What: "channel " + channel.Name + " may record payments and maps no payment method",
			Why: "every payment is parked as unknown_mapping", Remedy: fmt.Sprintf("write channels.%s.mapping.payment_methods: {card: BNK1}, the code of a journal", channel.Name)}}
	}
	return nil
}

func (c *Checker) mapping(ctx context.Context, u *user, channel *config.Channel, p *part, code string) (*check.Finding, error) {
	at := "channels." + channel.Name + "." + p.name
	if code != "" {
		at += "." + code
	}
	written := p.codes[code]
	f := &check.Finding{Severity: check.Fail, Code: "odoo.mapping", Why: "commands that need it are parked as unknown_mapping, and go on by themselves once it is right",
		Remedy: fmt.Sprintf("correct %s; then reload the bridge (SIGHUP)", at)}
	id, found, err := u.x.Find(ctx, channel, p.model, written)
	switch {
	case odoo.IsKind(err, odoo.Access, odoo.User, odoo.Faulty):
		f.What = fmt.Sprintf("%s is %s, and Odoo does not let %s look at %s, or has not got it", at, written, u.login, p.model)
		f.Remedy = "give the user a group that may read it, or install the app that brings it"
		return f, nil
	case err != nil:
		return nil, err
	case !found:
		f.What = fmt.Sprintf("%s is %s, which Odoo has not got as %s, or does not show %s in the company", at, written, p.model, u.login)
		return f, nil
	case p.wrong == nil:
		return nil, nil
	}
	read, err := u.client.Read(ctx, p.model, []int64{id}, p.fields, within(channel))
	if odoo.IsKind(err, odoo.Access, odoo.Missing, odoo.User, odoo.Faulty) || err == nil && len(read) == 0 {
		f.What = fmt.Sprintf("%s is %s, which Odoo does not show %s in the company", at, written, u.login)
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	if why := p.wrong(code, read[0]); why != "" {
		f.What, f.Why = fmt.Sprintf("%s is %s, which %s", at, written, why), "commands that need it are parked, or end in the wrong books"
		return f, nil
	}
	return nil, nil
}
