package decide

import (
	"fmt"
	"strings"
)

// Place is an address in the fields in which Odoo keeps it; country and state by id.
type Place struct {
	Name, Street, Street2, Zip, City string
	State, Country                   int64
	Email, Phone                     string
}

// plain is a text as people compare it.
func plain(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

func (p Place) parts() []string {
	return []string{
		plain(p.Name), plain(p.Street), plain(p.Street2), plain(p.Zip), plain(p.City), fmt.Sprint(p.State), fmt.Sprint(p.Country),
	}
}

// IsEmpty says whether nothing says where it is.
func (p Place) IsEmpty() bool {
	return p.Street == "" && p.Street2 == "" && p.Zip == "" && p.City == "" && p.State == 0 && p.Country == 0
}

// Digest names what an address says, so that the same address is one contact.
// How to reach the addressee is not part of it.
func (p Place) Digest() string { return digest(p.parts()...) }

// Same says whether two addresses say the same. A name that is missing in one says nothing.
func (p Place) Same(q Place) bool {
	if p.Name == "" || q.Name == "" {
		p.Name, q.Name = "", ""
	}
	return p.Digest() == q.Digest()
}
