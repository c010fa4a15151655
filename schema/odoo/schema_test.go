package odoo_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// validator compiles the schemas; a strict one refuses fields that nobody described.
type validator struct {
	t        testing.TB
	compiler *jsonschema.Compiler
}

func newValidator(t testing.TB, strict bool) *validator {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, e := range schema.Entities() {
		data := schema.JSONSchema(e.Name)
		if strict {
			data = schema.DescribeData(&e, true)
		}
		for id, text := range map[string][]byte{
			schema.DataSchema(e.Name): data, "urn:odoobridge:" + e.Name + ".event:v1": schema.EventSchema(e.Name),
		} {
			if err := c.AddResource(id, decode(t, text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return &validator{t, c}
}

func decode(t testing.TB, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func (v *validator) schema(id string) *jsonschema.Schema {
	s, err := v.compiler.Compile(id)
	if err != nil {
		v.t.Fatal(err)
	}
	return s
}

func (v *validator) documents() map[string]*jsonschema.Schema {
	all := map[string]*jsonschema.Schema{}
	for _, e := range schema.Entities() {
		all[e.Name] = v.schema(schema.DataSchema(e.Name) + "#/$defs/document")
	}
	return all
}

func TestEveryDocumentIsAsDescribed(t *testing.T) {
	extra := map[string][]string{
		"sale_order": {"note"}, "sale_order_line": {"customer_lead"}, "res_partner": {"tz"}, "product_template": {"volume"},
		"stock_picking": {"note"}, "stock_move": {"priority"},
	}
	documents := newValidator(t, true).documents()
	for _, release := range releases {
		for _, columns := range []map[string][]string{nil, extra} {
			b := newBridge(t, release, columns)
			for _, r := range testkit.Recordings(t, release) {
				for _, tx := range append(r.Setup, r.Transactions...) {
					b.play(tx)
				}
			}
			for i, e := range b.profile.Entities {
				if len(b.documents[i]) == 0 {
					t.Errorf("%s: no %s to look at", release, e.Name)
				}
				for key, d := range b.documents[i] {
					if err := documents[e.Name].Validate(decode(t, d.body)); err != nil {
						t.Fatalf("%s: %s %v: %v\n%s", release, e.Name, key, err, d.body)
					}
				}
			}
		}
	}
}

func TestEveryGoldenEventIsAsDescribed(t *testing.T) {
	strict, published := newValidator(t, true), newValidator(t, false)
	events := map[string]*jsonschema.Schema{}
	for _, e := range schema.Entities() {
		events[e.Name] = published.schema("urn:odoobridge:" + e.Name + ".event:v1")
	}
	documents := strict.documents()
	paths, err := filepath.Glob("testdata/golden/*/*.json")
	if err != nil || len(paths) < 60 {
		t.Fatalf("%d golden files, %v", len(paths), err)
	}
	seen := map[string]bool{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var transactions [][]happened
		if err := json.Unmarshal(text, &transactions); err != nil {
			t.Fatal(err)
		}
		for _, e := range slices.Concat(transactions...) {
			event := e.event()
			if err := documents[event.Entity].Validate(decode(t, e.Entity)); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			for _, fields := range [][]string{nil, {"id", "state", "sku", "available"}} {
				whole := event.AppendJSON(nil, fields)
				if err := events[event.Entity].Validate(decode(t, whole)); err != nil {
					t.Errorf("%s: %v\n%s", path, err, whole)
				}
			}
			seen[e.Type] = true
		}
	}
	for _, typ := range []string{"customer.created", "order.confirmed", "order.deleted", "shipment.shipped", "stock_level.negative", "product.archived"} {
		if !seen[typ] {
			t.Errorf("no golden file has %s", typ)
		}
	}
}

func (e *happened) event() *schema.Event {
	entity, what := cut(e.Type, '.')
	_, key := cut(e.Subject, '/')
	return &schema.Event{
		Source: "odoo/x", ID: "1-0/1-1", Entity: entity, What: what, Key: key, Time: time.Unix(0, 0), Revision: e.Revision,
		LSN: "0/1", XID: 1, Company: e.Company, Body: e.Entity, Changed: e.Changed, Before: e.Before,
	}
}

func cut(s string, sep byte) (string, string) {
	i := bytes.IndexByte([]byte(s), sep)
	return s[:i], s[i+1:]
}

func TestEveryHappeningIsDescribedAndEveryEntityThere(t *testing.T) {
	p, err := odoo.For("17.0", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range schema.Entities() {
		if p.Entities[i].Name != e.Name {
			t.Errorf("entity %d is %s in the profile and %s in the description", i, p.Entities[i].Name, e.Name)
		}
	}
	paths, _ := filepath.Glob("testdata/golden/*/*.json")
	for _, path := range paths {
		text, _ := os.ReadFile(path)
		var transactions [][]happened
		if err := json.Unmarshal(text, &transactions); err != nil {
			t.Fatal(err)
		}
		for _, e := range slices.Concat(transactions...) {
			name, what := cut(e.Type, '.')
			entity, _ := schema.EntityNamed(name)
			if !slices.ContainsFunc(entity.Events, func(h schema.Happening) bool { return h.What == what }) {
				t.Errorf("%s: %s is described nowhere", path, e.Type)
			}
		}
	}
}
