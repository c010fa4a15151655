package config

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

func TestTheReferenceIsCurrent(t *testing.T) {
	current(t, "../../docs/CONFIGURATION.md", []byte(Reference()))
}

func TestEverySettingIsDocumented(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range settings {
		if s.doc == "" || s.kind.name == "" || seen[s.path] {
			t.Errorf("%s: doc %q, kind %q, twice: %v", s.path, s.doc, s.kind.name, seen[s.path])
		}
		if (s.kind.set == nil) == (s.kind.read == nil) {
			t.Errorf("%s: exactly one of set and read must be there", s.path)
		}
		seen[s.path] = true
	}
}

func TestTheEffectiveConfigurationLoadsAgainAsItself(t *testing.T) {
	for _, file := range []string{"testdata/contract.yaml", "testdata/commands.yaml"} {
		t.Run(file, func(t *testing.T) { loadsAgain(t, file) })
	}
}

func loadsAgain(t *testing.T, file string) {
	t.Helper()
	first, err := Load(file, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	printed, err := first.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(printed), "hunter2") {
		t.Errorf("shows a secret:\n%s", printed)
	}
	second, err := Parse("printed.yaml", printed, noEnv)
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	first.Odoo.APIKey, first.File, first.Warnings, second.Warnings = Redacted, "", nil, nil
	first.SecretFiles, second.SecretFiles = nil, nil
	for i := range first.Channels {
		if first.Channels[i].OdooAPIKey != "" {
			first.Channels[i].OdooAPIKey = Redacted
		}
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("urn:config", document); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile("urn:config")
}

func TestTheSchemaTellsRightFromWrong(t *testing.T) {
	schema := compiledSchema(t)
	for text, right := range map[string]bool{
		base:                                            true,
		base + "log: {level: \"${LEVEL}\"}":             true,
		base + "log: {level: loud}":                     false,
		base + "stor: {}":                               false,
		base + "x-any: [1]":                             true,
		base + "odoo: {max_in_flight: two}":             false,
		lane("entities: [order], pace: instant"):        true,
		lane("entities: [order], pace: {conflate: 2m}"): true,
		lane("entities: [order], pace: {conflate: 2m, schedule: x}"): false,
		lane("pace: instant"):    false,
		lane("entities: [ordr]"): false,
		lane("entities: [order], where: {warehouse: [WH], x: [1]}"):    true,
		base + "channels: {Shop: {lanes: {l: {entities: [order]}}}}":   false,
		base + "ownership: {customer.email: [a], stock_level: {W: a}}": true,
	} {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != right {
			t.Errorf("%s\nvalid = %v, want %v: %v", text, err == nil, right, err)
		}
	}
}
