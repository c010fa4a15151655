package odoo_test

import (
	"maps"
	"testing"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

func TestConsentFollowsTheAddressNotThePartner(t *testing.T) {
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			b := fullBridge(t, release)
			partner, home := recordedCustomer(release)
			ada := odoo.Key{atoi(partner)}
			subject := "customer/" + partner
			lists := func() string { return field(b.bodyOf(t, "customer", ada), "mailing_lists") }
			listed := func() string { return field(b.bodyOf(t, "customer", ada), "blacklisted") }
			is(t, "blacklisted", listed(), "true")
			is(t, "lists", lists(), `[{"id":1,"name":"Newsletter","opt_out":true},{"id":2,"name":"Offers","opt_out":false}]`)

			b.change("mail_blacklist", 1, values{"active": "f"})
			b.expect(t, "customer.updated "+subject)
			is(t, "blacklisted", listed(), "false")
			// On the same list a second time: one refusal counts.
			b.change("mailing_contact", 2, values{"email_normalized": "ada@example.test"})
			b.insert(map[string]values{"mailing_subscription": {"id": "3", "contact_id": "2", "list_id": "2", "opt_out": "t"}})
			b.expect(t, "customer.updated "+subject)
			is(t, "lists", lists(), `[{"id":1,"name":"Newsletter","opt_out":true},{"id":2,"name":"Offers","opt_out":true}]`)
			b.change("res_partner", ada[0], values{"email": "New@x.test", "email_normalized": "new@x.test"})
			b.commit()
			is(t, "lists of another address", lists(), `[]`)
			// A contact has an address of its own.
			b.change("res_partner", atoi(home), values{"email_normalized": "ada@example.test"})
			b.change("mail_blacklist", 1, values{"active": "t"})
			b.commit()
			is(t, "blacklisted", listed(), "false")
			if addresses := field(b.bodyOf(t, "customer", ada), "addresses"); field([]byte(addresses[1:]), "blacklisted") != "true" {
				t.Errorf("addresses %s", addresses)
			}
		})
	}
}

func TestPointsAreThoseOfTheCustomerAndItsContacts(t *testing.T) {
	for _, release := range releases {
		b := fullBridge(t, release)
		partner, _ := recordedCustomer(release)
		points := func() string { return field(b.bodyOf(t, "customer", odoo.Key{atoi(partner)}), "loyalty") }
		program := func(id int64) string {
			row, _ := b.Get(b.byName["loyalty_program"], odoo.Key{id})
			return row.Text(1) + row.Text(2)
		}
		if program(1) == "" || program(2) == "" {
			t.Fatal("the baseline has no such programs")
		}
		b.change("loyalty_card", 1, values{"points": "13"})
		b.expect(t, "customer.updated customer/"+partner)
		first, second := points(), ""
		is(t, "points", field([]byte(first[1:]), "points"), `"13"`)
		b.remove(b.byName["loyalty_card"], values{"id": "1"})
		b.expect(t, "customer.updated customer/"+partner)
		second = points()
		is(t, "expires", field([]byte(second[1:]), "expires"), `"2027-01-31"`)
		if release == "18" {
			b.change("loyalty_card", 2, values{"active": "f"})
			b.expect(t, "customer.updated customer/"+partner)
			is(t, "archived cards", points(), "[]")
		}
	}
}

// TestWithoutItsModuleAFieldIsAbsent: absent is not false.
func TestWithoutItsModuleAFieldIsAbsent(t *testing.T) {
	columns := columnsOf(t, "17")
	maps.DeleteFunc(columns, func(table string, _ map[string]string) bool {
		return table == "loyalty_card" || table == "loyalty_program"
	})
	p, err := odoo.For("17.0", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := odoo.Check(p, columns); err != nil {
		t.Fatal(err)
	}
	b := emptyBridge(t, p)
	b.insert(map[string]values{"res_partner": {"id": "7", "commercial_partner_id": "7", "email_normalized": "a@b.test"}})
	b.commit()
	body := b.bodyOf(t, "customer", odoo.Key{7})
	for _, name := range []string{"blacklisted", "mailing_lists", "loyalty", "merged_into"} {
		is(t, name, field(body, name), "")
	}
}
