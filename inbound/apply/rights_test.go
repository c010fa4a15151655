package apply

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/schema"
)

// rights are the bridge's user's; "channel_limited" is in no group.
func (w *wire) rights(login string) *odoosim.Rights {
	if login == "channel_limited" {
		return &odoosim.Rights{}
	}
	return w.may.Load()
}

// mailing answers for the models of Email Marketing, which the books keep, what a user without its group hears.
func (w *wire) mailing(call wireCall) (any, bool) {
	if call.model != "mail.blacklist" && !strings.HasPrefix(call.model, "mailing.") {
		return nil, false
	}
	may := w.may.Load() == nil || slices.Contains(w.may.Load().Groups, groupMailing)
	switch {
	case call.method == "check_access_rights" || call.method == "has_access":
		return may, true
	case !may:
		return accessError("You are not allowed to access '" + call.model + "' records."), true
	}
	return nil, false
}

func accessError(message string) map[string]any {
	return map[string]any{"code": 200, "message": "Odoo Server Error", "data": map[string]any{"name": "odoo.exceptions.AccessError", "message": message}}
}

func isError(answer any) bool {
	fields, _ := answer.(map[string]any)
	return fields["message"] == "Odoo Server Error"
}

// inGroups has the bridge's user be in these groups alone from now on, and nothing be remembered of what it might before.
func (l *lab) inGroups(groups []string) {
	l.wire.may.Store(&odoosim.Rights{Groups: groups})
	l.x.cache.clear()
}

func (l *lab) asAdministrator() {
	l.wire.may.Store(nil)
	l.x.cache.clear()
}

// groupsOf are the groups of a command's rights.
func groupsOf(name string) []string {
	var groups []string
	for _, right := range Rights(name) {
		if !slices.Contains(groups, right.Group) {
			groups = append(groups, right.Group)
		}
	}
	return groups
}

// fingerprint is all that Odoo's database has of business.
func (l *lab) fingerprint() string {
	return l.text(`SELECT string_agg(table_name || ' ' || (xpath('/row/c/text()', query_to_xml(format(
			'SELECT count(*) || '' '' || COALESCE(md5(string_agg(t::text, '','' ORDER BY t::text)), '''') AS c FROM %I t', table_name), false, true, '')))[1]::text, E'\n' ORDER BY table_name)
		FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)
}

// TestTheGroupsOfTheTableAreEnough carries every command out as a user who is in the groups that the
// documentation names, and in no other.
func TestTheGroupsOfTheTableAreEnough(t *testing.T) {
	for _, release := range []string{"17.0", "19.0"} {
		t.Run(release, func(t *testing.T) {
			l := newLabOf(t, release)
			l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
			if release == "19.0" {
				l.exec("ALTER TABLE res_partner ALTER autopost_bills SET DEFAULT 'ask'") // for contacts that tests insert
			}
			l.x.bindings = l // the ledger remembers external ids that the user may not write
			for n, w := range slices.Concat(wishes, financial) {
				t.Run(w.name, func(t *testing.T) {
					l.t = t
					l.asAdministrator()
					if w.prepare != nil {
						w.prepare(l, n)
					}
					data := w.data(l, n)
					l.inGroups(groupsOf(w.name))
					for _, attempt := range []string{"first", "again"} {
						out := l.applied(w.name, subjectOf(n), data)
						if got := w.effect(l, n); got != w.want(n) || len(out.Problems) > 0 {
							t.Errorf("%s: %q, want %q; %v", attempt, got, w.want(n), out.Problems)
						}
					}
				})
			}
		})
	}
}

// TestWithoutAGroupACommandParksAndChangesNothing takes one group after the other from the bridge's user. Each command that needs it is
// parked with what is missing, nothing in Odoo has changed, and once the user has it back the command has its one effect.
func TestWithoutAGroupACommandParksAndChangesNothing(t *testing.T) {
	l := newLab(t)
	l.x.bindings = l
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	n := 0
	for _, w := range slices.Concat(wishes, financial) {
		for _, group := range groupsOf(w.name) {
			n++
			t.Run(fmt.Sprint(n, " ", w.name, " without ", group), func(t *testing.T) { l.t = t; parksWithout(t, l, w, group, n) })
		}
	}
}

func parksWithout(t *testing.T, l *lab, w wish, group string, n int) {
	l.asAdministrator()
	if w.prepare != nil {
		w.prepare(l, n)
	}
	data := w.data(l, n)
	rest := slices.DeleteFunc(groupsOf(w.name), func(g string) bool { return g == group || group == groupInventory && g == groupCounts })
	l.inGroups(rest)
	before := l.fingerprint()
	out, err := l.send(w.name, subjectOf(n), data)
	if w.name == "payment.record" && group == groupSales && l.shop.PaymentInvoices != "invoice" {
		if err != nil || out.Kind != command.Applied {
			t.Errorf("%+v, %v: who makes no invoices needs no right of sales", out, whole(err))
		}
		return
	}
	if err != nil || out.Kind != command.Parked || len(out.Problems) == 0 {
		t.Fatalf("%+v, %v", out, whole(err))
	}
	for _, p := range out.Problems {
		if p.Code != schema.CodeNotAllowed {
			t.Errorf("the code is %s: %s", p.Code, p.Message)
		}
	}
	at := slices.IndexFunc(Rights(w.name), func(r Right) bool {
		return r.Group == group && strings.Contains(out.Problems[0].Message, r.String()) && strings.Contains(out.Problems[0].Remedy, r.GroupName())
	})
	if at < 0 {
		t.Errorf("neither right nor group is named: %s / %s", out.Problems[0].Message, out.Problems[0].Remedy)
	}
	if diff := cmp.Diff(before, l.fingerprint()); diff != "" {
		t.Errorf("something was left in Odoo: %s", diff)
	}
	l.inGroups(append(rest, groupsOf(w.name)...))
	l.applied(w.name, subjectOf(n), data)
	if got := w.effect(l, n); got != w.want(n) {
		t.Errorf("afterwards: %q, want %q", got, w.want(n))
	}
}

// TestTheTableOfGroupsIsDocumented compares the documentation with what the bridge looks for.
func TestTheTableOfGroupsIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	for _, c := range schema.Commands() {
		if row := rightsRow(c.Name); !strings.Contains(string(text), row) {
			missing = append(missing, row)
		}
	}
	if len(missing) > 0 {
		t.Errorf("docs/OPERATIONS.md lacks\n%s", strings.Join(missing, "\n"))
	}
}

// rightsRow is a command's row of the table: the groups, and the rights that they give. A group that only some commands of the name
// need says so.
func rightsRow(name string) string {
	var groups, needs []string
	for _, group := range groupsOf(name) {
		of := slices.DeleteFunc(Rights(name), func(r Right) bool { return r.Group != group })
		cell := of[0].GroupName()
		if !slices.ContainsFunc(of, func(r Right) bool { return r.When == "" }) {
			cell += ", for " + of[0].When
		}
		groups = append(groups, cell)
		for _, right := range of {
			need := "the group itself"
			if right.Operation != "" {
				need = right.Operation + " `" + right.Model + "`"
			}
			needs = append(needs, need)
		}
	}
	return "| `" + name + "` | " + strings.Join(groups, "; ") + " | " + strings.Join(needs, ", ") + " |"
}
