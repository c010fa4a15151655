package odoocheck

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
)

// lack is what a user may not do, or models that there are not, as far as one remedy mends it.
type lack struct {
	what, commands []string
	when           string // only then is it needed; "" always
	absent         bool
	remedy         string
}

// rights asks for every right that the channel's granted commands need.
func (c *Checker) rights(ctx context.Context, u *user, channel *config.Channel) ([]check.Finding, error) {
	lacks, asked, err := c.ask(ctx, u, channel)
	if err != nil {
		return nil, err
	}
	var findings []check.Finding
	for _, key := range slices.Sorted(maps.Keys(lacks)) {
		findings = append(findings, lacks[key].finding(u, channel))
	}
	more, err := c.seesAll(ctx, u, channel)
	if err != nil {
		return findings, err
	}
	if findings = append(findings, more...); len(findings) == 0 {
		findings = append(findings, check.Good("odoo.rights", fmt.Sprintf("%s may do what the commands of channel %s need (%d rights)", u.login, channel.Name, asked)))
	}
	return findings, nil
}

// ask asks for each right once, whatever number of commands needs it.
func (c *Checker) ask(ctx context.Context, u *user, channel *config.Channel) (map[string]*lack, int, error) {
	type answer struct{ held, absent bool }
	known, lacks := map[string]answer{}, map[string]*lack{}
	for _, command := range channel.Commands {
		for _, r := range apply.Rights(command) {
			if !applies(channel, r) {
				continue
			}
			r = r.In(c.release.Major)
			got, told := known[r.String()]
			if !told {
				held, err := r.Held(ctx, u.client, within(channel))
				got = answer{held, r.Operation != "" && odoo.IsUnknownModel(err)}
				if odoo.IsKind(err, odoo.Access) { // the company is not the user's, which is said elsewhere
					return nil, 0, &check.SkipError{Reason: u.login + " may not work in the company of channel " + channel.Name + ", see above"}
				}
				if err != nil && !got.absent {
					return nil, 0, err
				}
				known[r.String()] = got
			}
			if !got.held {
				note(lacks, r, command, got.absent)
			}
		}
	}
	return lacks, len(known), nil
}

// applies says whether the channel's rules ever need the right.
func applies(channel *config.Channel, r apply.Right) bool {
	return !strings.HasPrefix(r.When, "payment_invoices") || channel.PaymentInvoices == "invoice"
}

func note(lacks map[string]*lack, r apply.Right, command string, absent bool) {
	what, remedy := r.String(), fmt.Sprintf("give the user the group %s in Odoo (Settings, Users)", r.GroupName())
	switch {
	case absent:
		what, remedy = r.Model, appOf(r.Model)
	case r.Operation == "":
		what = "do what is for the group " + r.GroupName() + " alone"
	}
	key := remedy + "/" + r.When
	l := lacks[key]
	if l == nil {
		l = &lack{when: r.When, absent: absent, remedy: remedy}
		lacks[key] = l
	}
	l.what, l.commands = with(l.what, what), with(l.commands, command)
}

func with(list []string, one string) []string {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}

func (l *lack) finding(u *user, channel *config.Channel) check.Finding {
	what, commands := strings.Join(l.what, ", "), strings.Join(l.commands, ", ")
	f := check.Finding{Severity: check.Fail, Code: "odoo.rights", What: fmt.Sprintf("Odoo does not let %s %s", u.login, what),
		Why: fmt.Sprintf("without it, commands of channel %s are parked: %s", channel.Name, commands), Remedy: l.remedy}
	if l.absent {
		f.Code, f.What = "odoo.apps", fmt.Sprintf("Odoo has no %s: %s", what, l.remedy)
		f.Remedy = "install it in Odoo, or take the commands out of channels." + channel.Name + ".commands"
	}
	if l.when != "" {
		f.Severity, f.Why = check.Warn, fmt.Sprintf("%s of channel %s needs it for %s, and is parked where that comes up", commands, channel.Name, l.when)
	}
	return f
}

// apps are which app brings a model, by how its name begins.
var apps = map[string]string{
	"sale.": "the app Sales is not installed", "stock.": "the app Inventory is not installed", "account.": "the app Invoicing is not installed",
	"delivery.": "Delivery Costs (module delivery) is not installed", "mailing.": "the app Email Marketing is not installed", "crm.": "Sales Teams (module sales_team) is not installed",
	"product.": "Products (module product) is not installed",
}

func appOf(model string) string {
	for prefix, app := range apps {
		if strings.HasPrefix(model, prefix) {
			return app
		}
	}
	return "its module is not installed"
}

// seller and sellerOfAll are the groups of who sees own orders, and all.
const (
	seller      = "sales_team.group_sale_salesman"
	sellerOfAll = "sales_team.group_sale_salesman_all_leads"
)

// seesAll asks whether rules hide orders from the user.
func (c *Checker) seesAll(ctx context.Context, u *user, channel *config.Channel) ([]check.Finding, error) {
	if !slices.ContainsFunc(channel.Commands, aboutOrders) {
		return nil, nil
	}
	own, err := u.client.HasGroup(ctx, seller)
	if err != nil || !own {
		return nil, err
	}
	every, err := u.client.HasGroup(ctx, sellerOfAll)
	if err != nil || every {
		return nil, err
	}
	return one(check.Finding{Severity: check.Warn, Code: "odoo.rights", What: u.login + " sees its own orders alone (Sales / User: Own Documents Only)",
		Why: "an order that a seller is put on disappears for the bridge, and commands about it are parked", Remedy: "give the user the group Sales / User: All Documents in Odoo (Settings, Users)"})
}

func aboutOrders(command string) bool {
	return slices.Contains([]string{"order.place", "order.cancel", "return.request", "payment.record", "refund.record"}, command)
}
