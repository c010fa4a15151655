package odoocheck

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
)

// within is the context of the channel's calls.
func within(channel *config.Channel) map[string]any {
	if channel.Company == 0 {
		return nil
	}
	return map[string]any{"allowed_company_ids": []int64{channel.Company}}
}

// company wants the channel's company to be there, and the user to be allowed to work in it.
func (c *Checker) company(ctx context.Context, u *user, channel *config.Channel) ([]check.Finding, error) {
	const code = "odoo.company"
	at := "channels." + channel.Name + ".company"
	if channel.Company == 0 {
		return c.ownCompany(ctx, u, channel)
	}
	found, err := u.client.SearchRead(ctx, "res.company", odoo.Domain{{"id", "=", channel.Company}}, []string{"id"}, odoo.Window{}, within(channel))
	switch {
	case odoo.IsKind(err, odoo.Access) || err == nil && len(found) == 0:
		return one(check.Finding{Severity: check.Fail, Code: code, What: fmt.Sprintf("%s may not work in company %d, which %s names, or there is none of this id", u.login, channel.Company, at),
			Why: "every command of the channel is parked", Remedy: "allow the user the company in Odoo (Settings, Users, Allowed Companies), or correct " + at})
	case err != nil:
		return nil, err
	}
	return one(check.Good(code, fmt.Sprintf("%s may work in company %d of channel %s", u.login, channel.Company, channel.Name)))
}

// ownCompany says in which company commands end that name none.
func (c *Checker) ownCompany(ctx context.Context, u *user, channel *config.Channel) ([]check.Finding, error) {
	const code = "odoo.company"
	user, err := u.client.Read(ctx, "res.users", []int64{u.uid}, []string{"company_id"}, nil)
	if err != nil {
		return nil, err
	}
	every, err := u.client.SearchRead(ctx, "res.company", nil, []string{"id"}, odoo.Window{Limit: 2}, nil)
	if err != nil || len(user) == 0 {
		return nil, err
	}
	what := fmt.Sprintf("commands of %s are about company %d, that of %s", channel.Name, user[0].Ref("company_id"), u.login)
	if len(every) > 1 {
		return one(check.Finding{Severity: check.Warn, Code: code, What: what + ", which may work in several", Why: "who changes the user's company in Odoo changes where the channel's orders end",
			Remedy: fmt.Sprintf("write channels.%s.company: %d", channel.Name, user[0].Ref("company_id"))})
	}
	return one(check.Good(code, what))
}

// warehouses wants each warehouse that the channel may name to be there.
func (c *Checker) warehouses(ctx context.Context, u *user, channel *config.Channel) ([]check.Finding, error) {
	const code = "odoo.warehouses"
	domain := odoo.Domain{}
	if channel.Company > 0 {
		domain = odoo.Domain{{"company_id", "=", channel.Company}}
	}
	found, err := u.client.SearchRead(ctx, "stock.warehouse", domain, []string{"code"}, odoo.Window{Order: "id"}, within(channel))
	if odoo.IsKind(err, odoo.Access, odoo.User, odoo.Faulty) {
		return nil, &check.SkipError{Reason: u.login + " may not look at warehouses of channel " + channel.Name + ", or there are none: see above"}
	}
	if err != nil {
		return nil, err
	}
	var have []string
	for _, w := range found {
		have = append(have, w.Text("code"))
	}
	var findings []check.Finding
	for _, name := range channel.Warehouses {
		if !slices.Contains(have, name) {
			findings = append(findings, check.Finding{Severity: check.Fail, Code: code, What: fmt.Sprintf("Odoo has no warehouse with the short name %s that %s sees in the company of channel %s", name, u.login, channel.Name),
				Why: "commands that name it are parked as unknown_place, and so are orders that name none if it is the first", Remedy: fmt.Sprintf("correct channels.%s.warehouses; Odoo has %s", channel.Name, orNone(have))})
		}
	}
	if len(findings) == 0 {
		findings = append(findings, check.Good(code, fmt.Sprintf("the warehouses of channel %s are there (%s)", channel.Name, orNone(or(channel.Warehouses, have)))))
	}
	return findings, nil
}

func or(list, other []string) []string {
	if len(list) > 0 {
		return list
	}
	return other
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}
