package apply

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// archived are customers of one email that a person archived.
func (l *lab) archived(email string, ids ...int64) {
	l.t.Helper()
	for _, id := range ids {
		l.exec("INSERT INTO res_partner (id, name, email, email_normalized, type, active, lang) VALUES ($1, 'Old', $2, $2, 'contact', false, 'en_US')", id, email)
	}
}

func (l *lab) called(email string) int {
	l.t.Helper()
	return l.count("SELECT count(*) FROM res_partner WHERE email_normalized = $1", email)
}

// TestAnArchivedCustomerIsForAPerson has the channel tell of customers of whom Odoo has archived ones alone. None is made beside them, nor is one
// of them bound, until a person restores one or says that it is somebody else, by having it tried again.
func TestAnArchivedCustomerIsForAPerson(t *testing.T) {
	l := newLab(t)
	upsert := func(email string) string { return fmt.Sprintf(`{"name":"New","email":%q}`, email) }

	l.archived("back@example.test", 951)
	out := l.stopped(command.Parked, schema.CodeArchivedCustomer, "customer.upsert", "1", upsert("Back@example.test"))
	if diff := cmp.Diff([]string{"customer/1", "partner/active/951"}, out.WaitsFor); diff != "" {
		t.Error(diff)
	}
	if p := out.Problems[0]; p.Path != "email" || len(p.Candidates) != 1 || p.Candidates[0].ID != 951 {
		t.Errorf("%+v", p)
	}
	l.exec("UPDATE res_partner SET active = true WHERE id = 951") // which wakes it
	l.parked = schema.CodeArchivedCustomer
	if out := l.applied("customer.upsert", "1", upsert("Back@example.test")); out.Odoo.ID != 951 {
		t.Errorf("bound to %d, want the one who was restored", out.Odoo.ID)
	}

	l.parked = ""
	l.archived("other@example.test", 952)
	l.stopped(command.Parked, schema.CodeArchivedCustomer, "customer.upsert", "2", upsert("other@example.test"))
	l.parked = schema.CodeArchivedCustomer
	l.archived("other@example.test", 953)
	if out := l.stopped(command.Parked, schema.CodeArchivedCustomer, "customer.upsert", "2", upsert("other@example.test")); len(out.Problems[0].Candidates) != 2 {
		t.Errorf("another one came, whom nobody decided about: %+v", out.Problems)
	}
	id := l.applied("customer.upsert", "2", upsert("other@example.test")).Odoo.ID
	if id == 952 || id == 953 || l.called("other@example.test") != 3 {
		t.Errorf("a person said that it is somebody else: %d of %d", id, l.called("other@example.test"))
	}
	l.parked = ""
	if again := l.applied("customer.upsert", "3", upsert("other@example.test")).Odoo.ID; again != id {
		t.Errorf("bound to %d, want %d, who is not archived", again, id)
	}
}

// TestACommandThatSaysActiveMeansTheArchivedCustomer has the channel say itself whether its customer is archived.
func TestACommandThatSaysActiveMeansTheArchivedCustomer(t *testing.T) {
	l := newLab(t)
	for i, active := range []bool{true, false} {
		id, email := int64(961+i), fmt.Sprintf("says%d@example.test", i)
		l.archived(email, id)
		if out := l.applied("customer.upsert", fmt.Sprint(i), fmt.Sprintf(`{"name":"New","email":%q,"active":%t}`, email, active)); out.Odoo.ID != id {
			t.Errorf("active %t: bound to %d, want %d", active, out.Odoo.ID, id)
		}
		if n := l.count("SELECT count(*) FROM res_partner WHERE id = $1 AND active = $2", id, active); n != 1 {
			t.Errorf("active %t: he is not", active)
		}
	}
}

// TestNoSaleWaitsForAnArchivedCustomer has a guest order who is archived in Odoo: he is made anew, and that is told. An address that is archived says
// nothing.
func TestNoSaleWaitsForAnArchivedCustomer(t *testing.T) {
	l := newLab(t)
	l.archived("gast1@example.test", 971)
	out := l.applied("order.place", subjectOf(1), anOrder(1, ""))
	if l.called("gast1@example.test") != 2 || len(out.Problems) != 1 || out.Problems[0].Code != schema.CodeArchivedCustomer || out.Problems[0].Path != "guest.email" ||
		out.Problems[0].Candidates[0].ID != 971 || !strings.Contains(out.Problems[0].Message, "anew") {
		t.Errorf("%+v", out)
	}
	l.exec("INSERT INTO res_partner (id, name, type, active, lang) VALUES (972, 'Ada', 'contact', true, 'en_US')")
	l.exec("INSERT INTO res_partner (name, email, email_normalized, type, parent_id, active) VALUES ('Home', 'gast2@example.test', 'gast2@example.test', 'delivery', 972, false)")
	if out := l.applied("order.place", subjectOf(2), anOrder(2, "")); len(out.Problems) != 0 {
		t.Errorf("%+v", out)
	}
}

// TestAChannelsOwnCustomerIsHisThoughArchived archives a customer whom the channel's id means in Odoo, where the bridge remembers nothing of him.
func TestAChannelsOwnCustomerIsHisThoughArchived(t *testing.T) {
	l := newLab(t)
	id := l.applied("customer.upsert", "1", `{"name":"Ada","email":"ada@example.test"}`).Odoo.ID
	l.exec("UPDATE res_partner SET active = false WHERE id = $1", id)
	if out := l.applied("customer.upsert", "1", `{"name":"Ada L.","email":"ada@example.test"}`); out.Odoo.ID != id {
		t.Errorf("it is %d, want %d", out.Odoo.ID, id)
	}
	if n := l.count("SELECT count(*) FROM res_partner WHERE id = $1 AND name = 'Ada L.' AND NOT active", id); n != 1 {
		t.Error("he is not archived with his new name")
	}
}
