package apply

import (
	"fmt"
	"testing"
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
