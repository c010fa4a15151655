package lane

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

func TestConditionComparesByWhatTheValueSays(t *testing.T) {
	c := condition{"f", []string{"WH", "7", "true", `a"b`}}
	for raw, want := range map[string]bool{
		`"WH"`: true, `"wh"`: false, `7`: true, `"7"`: true, `70`: false, `true`: true, `false`: false, `null`: false, ``: false,
		`"a\"b"`: true, `"\u0057H"`: true, `""`: false,
		`{"id":7}`: true, `{"id":8,"code":"WH","name":"x"}`: true, `{"id":8,"name":"x","city":"WH"}`: false, `{"code":{"id":7}}`: false, `{}`: false,
		`["x","WH"]`: true, `[{"id":1},{"id":7}]`: true, `[]`: false, `[["WH"]]`: false, `[null, false]`: false,
	} {
		if got := c.holds([]byte(raw)); got != want {
			t.Errorf("%s: %t", raw, got)
		}
	}
}

func TestFilterLooksAtBothSides(t *testing.T) {
	f := newFilter(Spec{Entities: []string{"customer"}, Where: map[string][]string{"tag": {"A"}}, Fields: []string{"name"}})
	for _, tt := range []struct {
		name    string
		event   store.Event
		want    verdict
		sees    sight
		aboutIt string
	}{
		{"another entity", store.Event{Entity: "order", Body: []byte(`{"tag":"A"}`)}, filtered, sight{}, ""},
		{"in view before and after", store.Event{Body: []byte(`{"tag":"A"}`), Changed: []string{"name"}}, pass, sight{true, true}, ""},
		{"in view, nothing to be seen", store.Event{Body: []byte(`{"tag":"A"}`), Changed: []string{"phone"}}, nothing, sight{true, true}, ""},
		{"out of view", store.Event{Body: []byte(`{"tag":"B"}`), Changed: []string{"name"}}, filtered, sight{}, ""},
		{"leaves", store.Event{Body: []byte(`{"tag":"B"}`), Changed: []string{"tag"}, Before: []byte(`{"tag":"A"}`)}, pass, sight{true, false}, Left},
		{"enters", store.Event{Body: []byte(`{"tag":"A"}`), Changed: []string{"tag"}}, pass, sight{false, true}, Entered},
		{"created in view", store.Event{What: "created", Body: []byte(`{"tag":"A"}`)}, pass, sight{false, true}, Entered},
		{"created out of view", store.Event{What: "created", Body: []byte(`{"tag":"B"}`)}, filtered, sight{}, ""},
		{"deleted in view", store.Event{What: "deleted", Body: []byte(`{"tag":"A"}`)}, pass, sight{true, false}, Left},
		{"deleted out of view", store.Event{What: "deleted", Body: []byte(`{"tag":"B"}`)}, filtered, sight{}, ""},
		{"snapshot", store.Event{What: "snapshot", Body: []byte(`{"tag":"A"}`)}, pass, sight{true, true}, ""},
	} {
		if tt.event.Entity == "" {
			tt.event.Entity = "customer"
		}
		s, v := f.judge(&tt.event)
		if v != tt.want || s != tt.sees || s.edge() != tt.aboutIt {
			t.Errorf("%s: %v %+v %q", tt.name, v, s, s.edge())
		}
	}
}

func TestSpecsFollowTheConfiguration(t *testing.T) {
	got := Specs([]config.Channel{{Name: "shop", Initial: "publish", Lanes: []config.Lane{
		{Name: "orders", Entities: []string{"order"}, Own: "drop", Where: map[string][]string{"warehouse": {"WH"}}},
		{Name: "stock", Entities: []string{"stock_level"}, Fields: []string{"sku"}},
	}}}, true)
	want := []Spec{
		{Channel: "shop", Name: "orders", Entities: []string{"order"}, Where: map[string][]string{"warehouse": {"WH"}}, DropOwn: true, Initial: true},
		{Channel: "shop", Name: "stock", Entities: []string{"stock_level"}, Fields: []string{"sku"}, Initial: true},
		{Channel: "odoo.events", Name: "all", Firehose: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got[0].Topic() != "channel.shop.orders" || got[0].ID() != "shop/orders" || got[2].Topic() != "odoo.events" {
		t.Errorf("%s %s %s", got[0].Topic(), got[0].ID(), got[2].Topic())
	}
}

// FuzzCondition: whatever a document holds, a condition answers, and a
// string is compared by what it says.
func FuzzCondition(f *testing.F) {
	f.Add([]byte(`{"f":["x",{"code":"WH"}]}`), "WH")
	f.Add([]byte(`{"f":"\u0057H"}`), "WH")
	f.Add([]byte(`{"f":{"id":"}`), "7")
	f.Fuzz(func(t *testing.T, doc []byte, value string) {
		c := condition{"f", []string{value}}
		c.holds(schema.Field(doc, "f"))
		quoted, err := json.Marshal(value)
		if err != nil || !utf8.ValidString(value) {
			return
		}
		if !c.holds(quoted) {
			t.Fatalf("%s is not %q", quoted, value)
		}
		if (&condition{"f", []string{value + "x"}}).holds(quoted) {
			t.Fatalf("%s is %q", quoted, value+"x")
		}
	})
}
