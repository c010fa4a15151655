package decide

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEmailsAreComparedAsOdooDoes(t *testing.T) {
	for text, want := range map[string]string{
		"Ada@Example.test": "ada@example.test", " Ada <ADA@x.test> ": "ada@x.test", "": "", "ada": "", "@x": "", "a@": "", "a b@x.test": "", "a@b@c": "", "a@x.test, b@x.test": "",
	} {
		if got := Email(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestPhonesAreComparedInE164(t *testing.T) {
	for _, c := range []struct{ text, country, want string }{
		{"+49 30 1234567", "", "+49301234567"}, {"030 1234567", "DE", "+49301234567"}, {"030/123-4567", "de", "+49301234567"}, {"0049 30 1234567", "DE", "+49301234567"},
		{"020 7946 0000", "GB", "+442079460000"}, {"(415) 555-2671", "US", "+14155552671"}, {"030 1234567", "", ""}, {"call me", "DE", ""}, {"1", "DE", ""}, {"", "DE", ""},
	} {
		if got := Phone(c.text, c.country); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.text, c.country, got, c.want)
		}
	}
}

func TestVATIsComparedWithoutWhatStandsBetween(t *testing.T) {
	for text, want := range map[string]string{"de 123.456-789": "DE123456789", "DE123456789": "DE123456789", "123456789": "", "DE1": "", "": ""} {
		if got := VAT(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestOneMatchIsBoundSeveralAreForAPerson(t *testing.T) {
	for name, c := range map[string]struct {
		matches []Match
		want    Choice
	}{
		"none":                  {nil, Choice{}},
		"nobody by any key":     {[]Match{{ByEmail, nil}, {ByPhone, nil}}, Choice{}},
		"one":                   {[]Match{{ByEmail, []int64{7}}}, Choice{ID: 7, By: ByEmail}},
		"one by two addresses":  {[]Match{{ByEmail, []int64{7, 7}}}, Choice{ID: 7, By: ByEmail}},
		"the second key":        {[]Match{{ByEmail, nil}, {ByVAT, []int64{8}}}, Choice{ID: 8, By: ByVAT}},
		"the first key decides": {[]Match{{ByEmail, []int64{7}}, {ByVAT, []int64{8}}}, Choice{ID: 7, By: ByEmail}},
		"several":               {[]Match{{ByEmail, []int64{9, 7, 9}}, {ByVAT, []int64{7}}}, Choice{By: ByEmail, Several: []int64{7, 9}}},
	} {
		if diff := cmp.Diff(c.want, Choose(c.matches)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestOwnership(t *testing.T) {
	o := Ownership{"customer.email": []string{"shopify", "pos"}, "customer.phone": "pos", "order": "shopify", "stock_level": map[string]string{"WH": "wms"}}
	for _, c := range []struct {
		channel, entity, field string
		empty, want            bool
	}{
		{"shopify", "customer", "email", false, true}, {"pos", "customer", "email", false, false}, {"pos", "customer", "email", true, true}, {"wms", "customer", "email", true, false},
		{"pos", "customer", "phone", false, true}, {"shopify", "customer", "phone", true, false}, {"shopify", "customer", "name", true, false},
		{"shopify", "order", "note", false, true}, {"pos", "order", "note", false, false},
	} {
		if got := o.Field(c.channel, c.entity, c.field, c.empty); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	for _, c := range []struct {
		o              Ownership
		channel, place string
		want           bool
	}{
		{o, "wms", "WH", true}, {o, "pos", "WH", false}, {o, "wms", "SHOP", false}, {Ownership{}, "wms", "WH", true},
		{Ownership{"stock_level": "wms"}, "wms", "X", true}, {Ownership{"stock_level": Odoo}, "wms", "X", false}, {Ownership{"stock_level": []string{"a", "b"}}, "b", "X", true},
	} {
		if got := c.o.At(c.channel, "stock_level", c.place); got != c.want {
			t.Errorf("%v %s %s: %v", c.o, c.channel, c.place, got)
		}
	}
}

func TestAnExternalIDTellsTheChannelsOwnID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.String().Draw(t, "id")
		_, name, _ := strings.Cut(ExternalID("shopify", "customer", id), ".")
		if got, ok := IDOf("customer", name); !ok || got != id {
			t.Errorf("%q is read from %q: %v", got, name, ok)
		}
	})
	for _, other := range []string{"order_1", "customer", "customer_~", "customer_~4", "customer_~4x", "customer_~41", "customer_a b"} {
		if id, ok := IDOf("customer", other); ok {
			t.Errorf("%q is read from %q", id, other)
		}
	}
}

func TestConflicts(t *testing.T) {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	email := []Change{{Revision: 7, Fields: []string{"email"}, Time: at}}
	ownNewer := append(slices.Clone(email), Change{Revision: 8, Fields: []string{"email"}, Origin: "shopify", Time: at.Add(time.Hour)})
	for name, c := range map[string]struct {
		policy string
		late   Late
		since  []Change
		want   Verdict
	}{
		"nothing happened":             {"reject", Late{}, nil, Apply},
		"reject":                       {"reject", Late{}, email, Refuse},
		"no policy":                    {"", Late{}, email, Refuse},
		"park":                         {"park", Late{}, email, Ask},
		"another field":                {"reject", Late{Fields: []string{"phone"}}, email, Apply},
		"the same field":               {"reject", Late{Fields: []string{"phone", "email"}}, email, Refuse},
		"another field, to be parked":  {"park", Late{Fields: []string{"phone"}}, email, Apply},
		"nothing is changed":           {"reject", Late{Fields: []string{}}, email, Apply},
		"unknown what changed":         {"reject", Late{Fields: []string{"phone"}}, []Change{{Revision: 7}}, Refuse},
		"its own doing":                {"reject", Late{Channel: "shopify"}, []Change{{Revision: 7, Origin: "shopify"}}, Apply},
		"another channel's doing":      {"reject", Late{Channel: "shopify"}, []Change{{Revision: 7, Origin: "pos"}}, Refuse},
		"a person's before its own":    {"reject", Late{Channel: "shopify"}, ownNewer, Refuse},
		"the owner":                    {"owner", Late{Owns: true}, email, Apply},
		"not the owner":                {"owner", Late{}, email, Refuse},
		"the later one":                {"latest", Late{Time: at.Add(time.Second)}, email, Apply},
		"the earlier one":              {"latest", Late{Time: at.Add(-time.Second)}, email, Refuse},
		"at the very same instant":     {"latest", Late{Time: at}, email, Refuse},
		"without a time":               {"latest", Late{}, email, Refuse},
		"later than what is not its":   {"latest", Late{Channel: "shopify", Time: at.Add(time.Minute)}, ownNewer, Apply},
		"later than the first of two":  {"latest", Late{Channel: "pos", Time: at.Add(time.Minute)}, ownNewer, Refuse},
		"the owner, in another's life": {"owner", Late{Channel: "pos", Owns: true}, ownNewer, Apply},
	} {
		if got := Judge(c.policy, c.late, c.since); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestPricesThatOdooCanKeep(t *testing.T) {
	two := Digits{Price: 2, Discount: 2, Quantity: 2}
	for _, c := range []struct {
		quantity, unit, percent, amount string
		wantUnit, wantPercent           string
		exact                           bool
	}{
		{"2", "10.00", "", "", "10", "0", true},
		{"2", "10.00", "12.5", "", "10", "12.5", true},
		{"3", "100.00", "33.333333", "", "66.67", "0", false}, // Odoo would cut it to 33.33
		{"1", "100.00", "33.333", "", "66.67", "0", false},
		{"2", "10.00", "", "3.00", "8.5", "0", true},
		{"3", "9.99", "", "1.00", "9.66", "0", false},
		{"4", "10.00", "50", "2.00", "4.5", "0", true},
		{"1", "9.999", "", "", "9.999", "0", false},
	} {
		got := Priced(must(c.quantity), must(c.unit), must(c.percent), must(c.amount), two)
		if got.Unit.String() != c.wantUnit || got.Discount.String() != c.wantPercent || got.Exact != c.exact {
			t.Errorf("%+v: %s, %s, %v", c, got.Unit, got.Discount, got.Exact)
		}
	}
}

func TestTotalsAgreeWithinTheTolerance(t *testing.T) {
	for _, c := range []struct {
		a, b, tolerance string
		want            bool
	}{
		{"39.96", "39.96", "0", true}, {"39.96", "39.97", "0.01", true}, {"39.97", "39.96", "0.01", true}, {"39.96", "39.98", "0.01", false}, {"0", "0.00", "0", true},
	} {
		if got := Agree(must(c.a), must(c.b), must(c.tolerance)); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestTheSameAddressIsOneContact(t *testing.T) {
	home := Place{Name: "Ada", Street: "Main  St 1", City: "Berlin", Country: 57}
	if !home.Same(Place{Name: "ada", Street: "main st 1", City: "BERLIN", Country: 57}) || !home.Same(Place{Street: "Main St 1", City: "Berlin", Country: 57}) {
		t.Error("the same address twice")
	}
	for _, other := range []Place{{Name: "Eve", Street: "Main St 1", City: "Berlin", Country: 57}, {Name: "Ada", Street: "Main St 2", City: "Berlin", Country: 57}, {Name: "Ada", Street: "Main St 1", City: "Berlin", Country: 58}} {
		if home.Same(other) {
			t.Errorf("%+v", other)
		}
	}
}

func TestExternalIDsAsOdooKnowsThem(t *testing.T) {
	for got, want := range map[string]string{
		ExternalID("shopify", "customer", "7001"):     "channel_shopify.customer_7001",
		LineID("shopify", "2001", "1"):                "channel_shopify.order_2001_line_1",
		ExternalID("shopify", "customer", "a.b c~é"):  "channel_shopify.customer_a~2Eb~20c~7E~C3~A9",
		ExternalID("shopify", "order", "2001_line_1"): "channel_shopify.order_2001~5Fline_1",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestDifferentThingsNeverShareAnExternalID(t *testing.T) {
	id := rapid.StringMatching(`[a-z0-9._~ -]{1,6}(_line_)?[a-z0-9_]{0,4}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, line := id.Draw(t, "a"), id.Draw(t, "b"), id.Draw(t, "line")
		if a != b && ExternalID("c", "order", a) == ExternalID("c", "order", b) {
			t.Fatalf("%q and %q", a, b)
		}
		if ExternalID("c", "order", a) == LineID("c", b, line) {
			t.Fatalf("order %q and line %q of %q", a, line, b)
		}
	})
}

func TestDecimalsAreExact(t *testing.T) {
	if got := must("0.1").Add(must("0.2")).String(); got != "0.3" {
		t.Error(got)
	}
	if got := must("21.150000000000002").Round(2).String(); got != "21.15" {
		t.Error(got)
	}
	if got := must("2.675").Round(2).String(); got != "2.68" {
		t.Error(got)
	}
	for _, bad := range []string{"", "x", "NaN", "Infinity", "1,5"} {
		if _, err := Number(bad); err == nil {
			t.Errorf("%q is a number", bad)
		}
	}
}
