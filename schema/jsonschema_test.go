package schema

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestEveryEntityHasItsSchemas(t *testing.T) {
	for _, e := range Entities() {
		for _, text := range [][]byte{JSONSchema(e.Name), EventSchema(e.Name)} {
			var s struct {
				Schema string `json:"$schema"`
				ID     string `json:"$id"`
			}
			if err := json.Unmarshal(text, &s); err != nil || s.Schema != dialect {
				t.Errorf("%s: %v, %s", e.Name, err, s.Schema)
			}
			if !bytes.Contains([]byte(s.ID), []byte("urn:odoobridge:"+e.Name)) {
				t.Errorf("%s has the id %s", e.Name, s.ID)
			}
		}
	}
	if JSONSchema("nothing") != nil || EventSchema("../json/order") != nil {
		t.Error("an unknown entity has a schema")
	}
	if _, found := EntityNamed("nothing"); found {
		t.Error("an unknown entity is described")
	}
}

func TestDescriptionsAreComplete(t *testing.T) {
	var check func(path string, list []Property)
	check = func(path string, list []Property) {
		seen := map[string]bool{}
		for _, p := range list {
			if p.Doc == "" || p.Kind == "" || seen[p.Name] {
				t.Errorf("%s.%s: no description, no kind, or twice", path, p.Name)
			}
			seen[p.Name] = true
			if nested := p.Kind == Object || p.Kind == Objects; nested != (p.Properties != nil) {
				t.Errorf("%s.%s is an %s with %d properties", path, p.Name, p.Kind, len(p.Properties))
			}
			check(path+"."+p.Name, p.Properties)
		}
	}
	for _, e := range Entities() {
		if e.Doc == "" || e.Key == "" || e.From == "" || len(e.Events) == 0 {
			t.Errorf("%s is not described", e.Name)
		}
		check(e.Name, e.Properties)
	}
}
