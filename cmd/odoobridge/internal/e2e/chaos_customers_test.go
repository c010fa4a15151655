package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// checkCustomers looks whether each customer of a channel is there once, has the name that the channel gave it last, as far as its
// answers say that it was written, and the further address that was sent. Whom others were merged into may have a name of theirs.
func (m *market) checkCustomers() {
	m.t.Helper()
	names, ever := map[int64][]string{}, map[int64][]string{}
	for _, s := range m.vendors {
		for id := range s.customers {
			external := decide.ExternalID(s.name, "customer", id)
			_, partner, found, err := m.client.Named(context.Background(), external, m.context)
			if err != nil || !found {
				m.t.Errorf("customer %s of %s is not in Odoo: %v", id, s.name, err)
				continue
			}
			said := s.upserts(id)
			for i, w := range said {
				if i > 0 && w.late {
					m.t.Errorf("customer %s of %s: %s, which was said an hour before what came before it, is %s", id, s.name, w.id, w.final())
				}
			}
			names[partner] = append(names[partner], lastName(said))
			for _, w := range said {
				ever[partner] = append(ever[partner], w.data["name"].(string))
			}
			if same := m.all("res.partner", odoo.Domain{{"email", "=", s.name + id + "@example.test"}, {"parent_id", "=", false}}); len(same) > 1 {
				m.t.Errorf("customer %s of %s is in Odoo %d times", id, s.name, len(same))
			}
			if !m.heirs[partner] {
				m.checkAddress(s, id, partner, said)
			}
		}
		m.checkConsents(s)
	}
	for partner, allowed := range names {
		found := m.all("res.partner", odoo.Domain{{"id", "=", partner}}, "name")
		switch {
		case len(found) != 1:
			m.t.Errorf("customer %d is %v", partner, found)
		case m.heirs[partner]:
			if name := found[0].Text("name"); !slices.Contains(ever[partner], name) && !strings.HasPrefix(name, m.name+" own ") {
				m.t.Errorf("customer %d, whom others were merged into, is %q, want one of %q", partner, name, ever[partner])
			}
		case len(allowed) != 1 || allowed[0] != found[0].Text("name"):
			m.t.Errorf("customer %d is %q, want one of %q\n%s", partner, found[0].Text("name"), allowed, m.named(partner))
		}
	}
}

// named is what a channel heard of a customer's name, and what the commands were answered that gave it one.
func (m *market) named(customer int64) (said string) {
	e := m.vendors[0].lane
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, one := range e.events[fmt.Sprintf("customer/%d", customer)] {
		said += fmt.Sprintf("%s %s %d: %q\n", one.LSN, one.Type, one.Revision, factsOf("", one.Entity)["name"])
	}
	for _, w := range m.wishes {
		if last := w.final(); w.kind == "customer.upsert" && last.Odoo != nil && last.Odoo.ID == customer {
			said += fmt.Sprintf("%s %v, %d times sent: %s\n", w.id, w.data["name"], w.sent, last)
		}
	}
	return said
}

// upserts are those of a customer that were applied, in the order in which they were sent and carried out.
func (s *vendor) upserts(id string) (all []*wish) {
	for _, w := range s.wishes {
		if w.of == s && w.kind == "customer.upsert" && w.subject == id && w.final().Outcome == "applied" {
			all = append(all, w)
		}
	}
	return all
}

// left says whether a field was left as it was: the channel does not own it, or it stands on posted invoices.
func (a answer) left(path string) bool {
	for _, p := range a.Problems {
		if p.Code == "not_owned" && p.Path == path {
			return true
		}
	}
	return false
}

// lastName is the name of the last of them that was not left as it was.
func lastName(upserts []*wish) (name string) {
	for _, w := range upserts {
		if !w.final().left("data.name") {
			name = w.data["name"].(string)
		}
	}
	return name
}

// checkAddress looks for the further address of a customer, which each command sends alike but for its street: it is made with the
// customer, and added or changed later if the channel may.
func (m *market) checkAddress(s *vendor, id string, customer int64, upserts []*wish) {
	m.t.Helper()
	want, sent := "", false
	for i, w := range upserts {
		addresses, is := w.data["addresses"].([]any)
		left := w.final().left("data.addresses[0]")
		if is && i == 0 && left {
			m.t.Errorf("customer %s of %s was made by %s, which left out its address: %s", id, s.name, w.id, w.final())
		}
		if is && !left {
			want, sent = addresses[0].(map[string]any)["street"].(string), true
		}
	}
	_, contact, found, err := m.client.Named(context.Background(), decide.ExternalID(s.name, "address", id+"/a"+id), m.context)
	switch {
	case err != nil || found != sent:
		m.t.Errorf("the address of customer %s of %s is there: %v (%v), was sent: %v", id, s.name, found, err, sent)
	case found:
		got := m.one("res.partner", odoo.Domain{{"id", "=", contact}}, "street", "parent_id")
		if got.Text("street") != want || got.Ref("parent_id") != customer {
			m.t.Errorf("the address of customer %d (%s of %s) is %v, want %q", customer, id, s.name, got, want)
		}
	}
}

func (m *market) checkConsents(s *vendor) {
	m.t.Helper()
	last := map[string]bool{}
	for _, w := range s.wishes {
		if w.of == s && w.kind == "consent.update" && w.final().Outcome == "applied" {
			last[strings.ToLower(w.subject)] = !w.data["marketing"].(bool)
		}
	}
	for mail, refused := range last {
		rows := m.all("mail.blacklist", odoo.Domain{{"email", "=", mail}}, "active")
		if is := len(rows) == 1 && rows[0].Bool("active"); is != refused || len(rows) > 1 {
			m.t.Errorf("%s is on the blacklist: %v, want %v", mail, rows, refused)
		}
	}
}
