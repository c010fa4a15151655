package schema

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func confirmed() *Event {
	return &Event{
		Source: "odoo/0c1d2e3f", ID: "1-0/1A2B3C8-2", Entity: "order", What: "confirmed", Key: "S00042",
		Time: time.Date(2026, 11, 23, 7, 21, 37, 123456000, time.UTC), Revision: 7, LSN: "0/1A2B3C8", XID: 91234,
		Origin: "shopify", Company: 1,
		Body:    []byte(`{"id":42,"state":"sale","lines":[{"sku":"a\"b"}],"note":null}`),
		Changed: []string{"state", "lines"},
		Before:  []byte(`{"state":"draft","lines":[]}`),
	}
}

const confirmedHead = `{"specversion":"1.0","id":"1-0/1A2B3C8-2","source":"odoo/0c1d2e3f","type":"order.confirmed","subject":"order/S00042",` +
	`"time":"2026-11-23T07:21:37.123456Z","datacontenttype":"application/json","dataschema":"urn:odoobridge:order:v1",` +
	`"revision":7,"lsn":"0/1A2B3C8","xid":91234,`

func TestEventIsStructuredCloudEvent(t *testing.T) {
	want := confirmedHead + `"origin":"shopify",` +
		`"data":{"entity":{"id":42,"state":"sale","lines":[{"sku":"a\"b"}],"note":null},"changed":["state","lines"],"before":{"state":"draft","lines":[]}}}`
	if diff := cmp.Diff(want, string(confirmed().AppendJSON(nil, nil))); diff != "" {
		t.Error(diff)
	}
}

func TestFieldsOutsideTheListAreNowhere(t *testing.T) {
	want := confirmedHead + `"origin":"shopify","data":{"entity":{"state":"sale","note":null},"changed":["state"],"before":{"state":"draft"}}}`
	if diff := cmp.Diff(want, string(confirmed().AppendJSON(nil, []string{"note", "state"}))); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyPartsAreLeftOut(t *testing.T) {
	e := confirmed()
	e.Origin, e.Conflated, e.XID, e.LSN, e.Changed, e.Before = "", 1, 0, "", nil, nil
	var got map[string]any
	if err := json.Unmarshal(e.AppendJSON(nil, nil), &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"origin", "conflated", "resync", "xid", "lsn"} {
		if _, there := got[name]; there {
			t.Errorf("%s is there: %v", name, got[name])
		}
	}
	data := got["data"].(map[string]any)
	if len(data) != 1 {
		t.Errorf("data = %v, want the entity alone", data)
	}
	e = confirmed()
	e.Conflated, e.Resync = 3, true
	text := e.AppendJSON(nil, []string{"id"})
	if string(Field(text, "conflated")) != "3" {
		t.Errorf("conflated is missing: %s", text)
	}
	if string(Field(text, "resync")) != "true" {
		t.Errorf("resync is missing: %s", text)
	}
	if want := `{"entity":{"id":42},"changed":[]}`; string(Field(text, "data")) != want {
		t.Errorf("data = %s, want %s", Field(text, "data"), want)
	}
}

func TestVisibleIsWhatTheListNames(t *testing.T) {
	e := confirmed()
	for _, c := range []struct {
		fields []string
		want   bool
	}{{nil, true}, {[]string{"state"}, true}, {[]string{"id", "lines"}, true}, {[]string{"id"}, false}, {[]string{}, false}} {
		if got := Visible(e, c.fields); got != c.want {
			t.Errorf("Visible(%v) = %t", c.fields, got)
		}
	}
	e.Changed = nil
	if !Visible(e, []string{"id"}) {
		t.Error("an event without changed fields is not visible")
	}
}

func TestRoutingKeyNamesTheCompany(t *testing.T) {
	e := confirmed()
	if got := e.RoutingKey(); got != "order.confirmed.1" {
		t.Error(got)
	}
	e.Company = 0
	if got := e.RoutingKey(); got != "order.confirmed.0" {
		t.Error(got)
	}
}

func FuzzEventRoundTrips(f *testing.F) {
	f.Add("S00042", "shopify", "1-0/1-1", "name", "a\"\\\n\u2028 é", int64(7))
	f.Add("WH/OUT/00015", "", "", "\x00", "\xff", int64(-1))
	f.Fuzz(func(t *testing.T, key, origin, id, field, value string, revision int64) {
		body := AppendString([]byte{'{'}, field)
		body = append(AppendString(append(body, ':'), value), '}')
		e := confirmed()
		e.Key, e.Origin, e.ID, e.Revision, e.Body, e.Before, e.Company = key, origin, id, revision, body, body, 0
		e.Changed = []string{field}
		text := e.AppendJSON(nil, nil)
		got, err := ParseEvent(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if again := got.AppendJSON(nil, nil); string(again) != string(text) {
			t.Errorf("round trip\n%s\n%s", text, again)
		}
	})
}

func TestParseEventRefusesWhatIsNoEvent(t *testing.T) {
	good := string(confirmed().AppendJSON(nil, nil))
	for _, text := range []string{"", "{}", `{"specversion":"0.3"}`, `{"specversion":"1.0","type":"order"}`,
		`{"specversion":"1.0","type":"order.created","subject":"product/1"}`, good[:len(good)-1]} {
		if _, err := ParseEvent([]byte(text)); err == nil {
			t.Errorf("ParseEvent(%q) succeeded", text)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	e := confirmed()
	for name, fields := range map[string][]string{"all": nil, "some": {"id", "state"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var buffer []byte
			for b.Loop() {
				buffer = e.AppendJSON(buffer[:0], fields)
			}
		})
	}
}
