package schema

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func FuzzFieldsAgreeWithEncodingJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":1}`, ` { "a" : [1,{"b":"}\"]"}] , "c":"\\" ,"d":null}`, `{"\u0061":{},"b":-1.5e+3,"":true}`,
		`[1]`, `{"a":"\"}`, `{"a" 1}`, `{"a":1,}`, `{"`, `{"a":`, `{"a":1 "b":2}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := map[string]json.RawMessage{}
		duplicate := false
		Fields(body, func(name string, raw []byte) bool {
			_, there := got[name]
			duplicate = duplicate || there
			got[name] = raw
			return true
		})
		var want map[string]json.RawMessage
		if json.Unmarshal(body, &want) != nil || want == nil || duplicate || !utf8.Valid(body) {
			return // anything but a panic will do
		}
		if len(got) != len(want) {
			t.Fatalf("%d fields, want %d: %q", len(got), len(want), got)
		}
		for name, raw := range want {
			if !bytes.Equal(got[name], raw) {
				t.Errorf("%q = %q, want %q", name, got[name], raw)
			}
			if !bytes.Equal(Field(body, name), raw) {
				t.Errorf("Field(%q) = %q, want %q", name, Field(body, name), raw)
			}
		}
	})
}

func FuzzElementsAgreeWithEncodingJSON(f *testing.F) {
	for _, s := range []string{`[]`, `[1]`, ` [ "a,]" , [1,[2]] ,{"b":[]}] `, `[1,]`, `[`, `{}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, list []byte) {
		var got []string
		Elements(list, func(raw []byte) bool {
			got = append(got, string(raw))
			return true
		})
		var want []json.RawMessage
		if json.Unmarshal(list, &want) != nil {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("%q, want %q", got, want)
		}
		for i := range want {
			if got[i] != string(want[i]) {
				t.Errorf("%q, want %q", got[i], want[i])
			}
		}
	})
}

func FuzzStringsAreWrittenAsJSON(f *testing.F) {
	for _, s := range []string{"", "a", "\"\\/\b\f\n\r\t\x01", "é\u2028\U0001F600", "\xff", "a\xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		text := AppendString(nil, s)
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if want := string([]rune(s)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if !bytes.Equal(text, AppendString(nil, []byte(s))) {
			t.Errorf("string and bytes are written differently")
		}
	})
}

func TestDiffNamesFieldsThatAreWrittenDifferently(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		changed        []string
		before         string
	}{
		{"equal", `{"a":1,"b":[2]}`, `{"a":1,"b":[2]}`, nil, ``},
		{"changed", `{"a":1,"b":[2],"c":{"d":"x"}}`, `{"a":1,"b":[3],"c":{"d":"y"}}`, []string{"b", "c"}, `{"b":[2],"c":{"d":"x"}}`},
		{"absent is not null", `{"a":1}`, `{"a":1,"b":null}`, []string{"b"}, ``},
		{"null is not absent", `{"a":1,"b":null}`, `{"a":1}`, []string{"b"}, `{"b":null}`},
		{"inserted in the middle", `{"a":1,"c":3}`, `{"a":1,"b":2,"c":4}`, []string{"b", "c"}, `{"c":3}`},
		{"another order", `{"a":1,"b":2}`, `{"b":2,"a":1}`, nil, ``},
		{"one replaced by another", `{"a":1,"b":2}`, `{"a":1,"c":2}`, []string{"c", "b"}, `{"b":2}`},
		{"created", ``, `{"a":1}`, []string{"a"}, ``},
		{"deleted", `{"a":1}`, ``, []string{"a"}, `{"a":1}`},
	} {
		changed, before := Diff([]byte(c.old), []byte(c.new))
		if diff := cmp.Diff(c.changed, changed); diff != "" {
			t.Errorf("%s: changed %s", c.name, diff)
		}
		if string(before) != c.before {
			t.Errorf("%s: before = %s, want %s", c.name, before, c.before)
		}
	}
}

func TestDiffOfEqualDocumentsAllocatesNothing(t *testing.T) {
	body := []byte(`{"id":1,"name":"a","lines":[{"id":2,"x":"}"}]}`)
	other := bytes.Clone(body)
	if n := testing.AllocsPerRun(100, func() { Diff(body, other) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
