package apply

import (
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// TestAContactKeepsTheAddressOfItsOwn sends a customer whose contacts have an address of their own, or
// none. Odoo gives contacts the customer's address, and from 19 on the customer that of a contact:
// neither may happen to what the channel has sent.
func TestAContactKeepsTheAddressOfItsOwn(t *testing.T) {
	for _, release := range []string{"17.0", "19.0"} {
		t.Run(release, func(t *testing.T) {
			l := newLabOf(t, release)
			customer := `{"name":"Shop","is_company":true,"address":{"street":"%s","city":"Berlin","country":"DE"},"addresses":[
				{"id":"buyer","type":"contact","name":"Bo","street":"%s","city":"Bonn","country":"DE"},{"id":"clerk","type":"contact","name":"Cy","email":"cy@example.test"}]}`
			for _, streets := range [][2]string{{"Main St 1", "Elsewhere 2"}, {"Main St 9", "Elsewhere 2"}, {"Main St 9", "Elsewhere 3"}} {
				id := l.applied("customer.upsert", "1", fmt.Sprintf(customer, streets[0], streets[1])).Odoo.ID
				got := l.text(`SELECT p.street || ' ' || p.city || ': ' || string_agg(c.name || ' ' || c.type || ' ' || c.street || ' ' || c.city, ', ' ORDER BY c.id)
					FROM res_partner p JOIN res_partner c ON c.parent_id = p.id WHERE p.id = $1 GROUP BY p.id`, id)
				if want := fmt.Sprintf("%[1]s Berlin: Bo other %[2]s Bonn, Cy contact %[1]s Berlin", streets[0], streets[1]); got != want {
					t.Errorf("%s; want %s", got, want)
				}
			}
			// One that was a contact before, as older bridges made it.
			l.exec(`UPDATE res_partner SET type = 'contact' WHERE name = 'Bo'`)
			l.applied("customer.upsert", "1", fmt.Sprintf(customer, "Main St 9", "Elsewhere 4"))
			if got := l.text(`SELECT p.street || ', ' || c.type || ' ' || c.street FROM res_partner c JOIN res_partner p ON p.id = c.parent_id WHERE c.name = 'Bo'`); got != "Main St 9, other Elsewhere 4" {
				t.Error(got)
			}
		})
	}
}

// TestAnAddressThatWasTakenAwayInOdoo deletes and archives further addresses, which the channel then sends again: its first owner
// has them back, others leave them so, and either is told. What somebody took away is not taken for a new one.
func TestAnAddressThatWasTakenAwayInOdoo(t *testing.T) {
	l := newLab(t)
	l.x.bindings = l
	upsert := `{"name":"Ada","addresses":[{"id":"home","type":"delivery","name":"Home","city":"Berlin"},{"id":"work","type":"delivery","name":"Work","city":"Bonn"}]}`
	id := l.applied("customer.upsert", "1", upsert).Odoo.ID
	has := func(want string) {
		t.Helper()
		if got := l.text(`SELECT coalesce(string_agg(name || CASE WHEN active THEN '' ELSE ' archived' END, ', ' ORDER BY name), '') FROM res_partner WHERE parent_id = $1`, id); got != want {
			t.Errorf("the addresses are %q, want %q", got, want)
		}
	}
	sent := 0
	again := func(codes ...string) { // by a command of its own
		t.Helper()
		sent++
		out, err := l.sendAs(fmt.Sprintf("again %d", sent), "customer.upsert", "1", upsert)
		if err != nil || out.Kind != command.Applied {
			t.Fatalf("%+v, %s", out, whole(err))
		}
		var got []string
		for _, p := range out.Problems {
			got = append(got, p.Path+" "+p.Code)
			if p.Remedy == "" {
				t.Errorf("no remedy: %+v", p)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(codes) {
			t.Errorf("told %v, want %v", got, codes)
		}
	}
	takeAway := func() {
		l.exec("UPDATE res_partner SET active = false WHERE parent_id = $1 AND name = 'Home'", id)
		l.exec("DELETE FROM ir_model_data WHERE model = 'res.partner' AND res_id IN (SELECT id FROM res_partner WHERE parent_id = $1 AND name = 'Work')", id)
		l.exec("DELETE FROM res_partner WHERE parent_id = $1 AND name = 'Work'", id)
		has("Home archived")
	}
	again()
	for _, owners := range []any{"pos", []string{"pos", "shopify"}} {
		l.config.Ownership = map[string]any{"customer": owners}
		if owners == "pos" {
			takeAway()
		}
		again("addresses[0] "+schema.CodeNotOwned, "addresses[1] "+schema.CodeNotOwned)
		has("Home archived")
	}
	l.config.Ownership = map[string]any{"customer": "shopify"}
	again("addresses[0] "+schema.CodeConflict, "addresses[1] "+schema.CodeConflict)
	has("Home, Work")
	again()
	// What goes with its customer stays so.
	takeAway()
	l.exec("UPDATE res_partner SET active = false WHERE id = $1", id)
	again("addresses[1] " + schema.CodeConflict)
	has("Home archived, Work")
}
