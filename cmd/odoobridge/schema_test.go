package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/schema"
)

// TestSchemaTellsOfCommandsAsOfEvents asks for each command in every form.
func TestSchemaTellsOfCommandsAsOfEvents(t *testing.T) {
	_, list, _ := execute(t, "schema", "list")
	for _, name := range schema.CommandNames() {
		if !strings.Contains(list, "\n"+name+" ") {
			t.Errorf("schema list does not have %s:\n%s", name, list)
		}
		if code, out, errs := execute(t, "schema", "show", name, "--json"); code != exitFine || !json.Valid([]byte(out)) || !strings.Contains(out, schema.DataSchemaOfCommand(name)) {
			t.Errorf("the JSON Schema of %s: %d %s %s", name, code, out, errs)
		}
		if code, out, _ := execute(t, "schema", "show", name, "--example"); code != exitFine || !strings.Contains(out, `"type": "`+name+`"`) {
			t.Errorf("the example of %s: %d %s", name, code, out)
		}
		code, out, _ := execute(t, "schema", "show", name)
		for _, r := range schema.ReasonsOf(name) {
			if code != exitFine || !strings.Contains(out, r.Message) {
				t.Errorf("%s is not told to be refused for %q", name, r.Message)
			}
		}
	}
	if code, _, errs := execute(t, "schema", "show", "order.plaice"); code != exitUsage || !strings.Contains(errs, "order.place") {
		t.Errorf("a command that there is not: %d %s", code, errs)
	}
}
