package decide

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// The keys by which a customer is looked for.
const (
	ByEmail = "email"
	ByPhone = "phone"
	ByVAT   = "vat"
)

// Rules are the keys a channel's customers are looked for by, when it names none.
func Rules(match []string) []string {
	if len(match) == 0 {
		return []string{ByEmail, ByPhone, ByVAT}
	}
	return match
}

// Email is an address as Odoo compares it: without a name, in small letters. "" when
// it is none.
func Email(text string) string {
	text = strings.TrimSpace(norm.NFC.String(text))
	if at, end := strings.LastIndex(text, "<"), strings.LastIndex(text, ">"); at >= 0 && end > at {
		text = text[at+1 : end]
	}
	text = strings.ToLower(strings.TrimSpace(text))
	name, host, ok := strings.Cut(text, "@")
	if !ok || name == "" || host == "" || strings.ContainsAny(text, " \t\r\n,;") || strings.Contains(host, "@") {
		return ""
	}
	return text
}

// Phone is a number in E.164 (ITU-T), read in a country (ISO 3166-1) when it has no
// country code of its own. "" when it is no number, or its country is unknown.
func Phone(text, country string) string {
	if country == "" {
		country = "ZZ"
	}
	number, err := phonenumbers.Parse(text, strings.ToUpper(country))
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return ""
	}
	return phonenumbers.Format(number, phonenumbers.E164)
}

// VAT is a tax id without what people put in between. One without letters is no
// key by itself: it has no country.
func VAT(text string) string {
	text = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(text))
	if len(text) < 5 || strings.Trim(text[:2], "0123456789") == "" {
		return ""
	}
	return text
}

// Match is what was found by one key.
type Match struct {
	Key       string
	Customers []int64
}

// Choice is which customer is meant.
type Choice struct {
	ID      int64   // the one, 0: none or several
	By      string  // the key that found it
	Several []int64 // among which a person must choose
}

// Choose decides by the first key that finds anybody: one customer is bound, several are
// for a person. A contact counts as the customer that it belongs to, which the caller has
// put in its place.
func Choose(matches []Match) Choice {
	for _, m := range matches {
		ids := slices.Clone(m.Customers)
		slices.Sort(ids)
		ids = slices.Compact(ids)
		switch len(ids) {
		case 0:
		case 1:
			return Choice{ID: ids[0], By: m.Key}
		default:
			return Choice{By: m.Key, Several: ids}
		}
	}
	return Choice{}
}
