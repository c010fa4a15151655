package inbound

import (
	"encoding/json"
	"testing"

	"github.com/odoobridge/odoobridge/schema"
)

// TestEveryCommandIsLookedAtTheQuickWay has the documented examples be found right without the library.
func TestEveryCommandIsLookedAtTheQuickWay(t *testing.T) {
	for _, name := range schema.CommandNames() {
		raw, err := decode(schema.CommandExample(name))
		if err != nil || !conforms(name, raw) {
			t.Errorf("the example of %s is not found right, %v", name, err)
		}
	}
}

// changed are the example with each of its values changed to something else, or taken away, one at a time.
func changedExamples(t testing.TB, name string, each func(map[string]any)) {
	others := []any{nil, true, false, json.Number("0"), json.Number("1"), json.Number("-1"), json.Number("1.5"), json.Number("9007199254740993"), json.Number("1e2"),
		"", " ", "x", "\x00", "12.50", "-1", "1.0", "EUR", "de_DE", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z", []any{}, []any{"x"}, []any{map[string]any{}}, map[string]any{}, map[string]any{"x": "y"}}
	var walk func(value any, whole map[string]any)
	fresh := func() map[string]any {
		raw, err := decode(schema.CommandExample(name))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	walk = func(value any, whole map[string]any) {
		switch v := value.(type) {
		case map[string]any:
			for key, was := range v {
				for _, other := range others {
					v[key] = other
					each(whole)
				}
				delete(v, key)
				each(whole)
				v[key] = was
				walk(was, whole)
			}
			for _, key := range []string{"added", "A", "Ä", ""} {
				v[key] = "x"
				each(whole)
				delete(v, key)
			}
		case []any:
			for i, was := range v {
				for _, other := range others {
					v[i] = other
					each(whole)
				}
				v[i] = was
				walk(was, whole)
			}
		}
	}
	whole := fresh()
	walk(whole, whole)
}

// TestTheQuickLookSaysYesOnlyToWhatTheSchemaAllows changes every value of every example.
func TestTheQuickLookSaysYesOnlyToWhatTheSchemaAllows(t *testing.T) {
	for _, name := range schema.CommandNames() {
		n, yes, missed := 0, 0, 0
		changedExamples(t, name, func(raw map[string]any) {
			n++
			quick, err := conforms(name, raw), schemas()[name].Validate(raw)
			switch {
			case quick && err != nil:
				text, _ := json.Marshal(raw)
				t.Errorf("%s is taken for right: %v", text, err)
			case quick:
				yes++
			case err == nil:
				missed++
			}
		})
		if n < 100 || yes == 0 || missed > n/10 {
			t.Errorf("%s: of %d, %d were found right, and %d by the library alone", name, n, yes, missed)
		}
	}
}

// FuzzTheQuickLook has any JSON looked at both ways.
func FuzzTheQuickLook(f *testing.F) {
	for _, name := range schema.CommandNames() {
		f.Add(name, schema.CommandExample(name))
	}
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		raw, err := decode(body)
		if err != nil || schemas()[name] == nil {
			return
		}
		if err := schemas()[name].Validate(raw); conforms(name, raw) && err != nil {
			t.Errorf("%s is taken for right: %v", body, err)
		}
	})
}
