package schemadiff

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// older is this program's set with one schema altered.
func older(t *testing.T, id string, alter func(text string) string) Set {
	t.Helper()
	set, err := Own()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(set[id])
	if err != nil {
		t.Fatal(err)
	}
	altered := alter(string(text))
	if altered == string(text) {
		t.Fatal("nothing was altered")
	}
	if err := set.add([]byte(altered)); err != nil {
		t.Fatal(err)
	}
	return set
}

func TestADifferenceSaysWhomItBreaks(t *testing.T) {
	own, err := Own()
	if err != nil {
		t.Fatal(err)
	}
	if found := Compare(own, own, true); len(found) > 0 {
		t.Errorf("the same schemas differ: %v", found)
	}
	replace := func(old, with string) func(string) string {
		return func(text string) string { return strings.Replace(text, old, with, 1) }
	}
	const order, event, place = "urn:odoobridge:order:v1", "urn:odoobridge:order.event:v1", "urn:odoobridge:order.place.command:v1"
	const consentUpdate, shipment = "urn:odoobridge:consent.update.command:v1", "urn:odoobridge:shipment.confirm.command:v1"
	for name, c := range map[string]struct {
		id    string
		alter func(string) string
		want  string
	}{
		"a field that was":         {order, replace(`"properties":{"amount_tax":`, `"properties":{"old":{"type":"object","properties":{"in":{"type":"string"}}},"amount_tax":`), "old: is gone, breaking"},
		"a field that was not":     {order, replace(`"amount_tax":`, `"amount_tux":`), "amount_tux: is gone, breaking; amount_tax: is new"},
		"null where it was not":    {order, replace(`"type":["string","null"]`, `"type":"string"`), "amount_tax: may be null now, breaking"},
		"absent where it was not":  {order, replace(`"required":["id","name",`, `"required":["id","name","carrier",`), "carrier: may be absent now, breaking"},
		"an event that was not":    {event, replace(`"order.created",`, ``), "type: may be order.created now"},
		"an event that was":        {event, replace(`"order.created",`, `"order.created","order.lost",`), "type: is never order.lost any more, breaking"},
		"an input that was not":    {place, replace(`"carrier":`, `"currier":`), "data.delivery.currier: is gone, breaking; data.delivery.carrier: is new, and needed, breaking"},
		"an input that is needed":  {place, replace(`"required":["placed_at",`, `"required":[`), "data.placed_at: is always there now, breaking"},
		"a choice that is needed":  {consentUpdate, replace(`"anyOf":[{"required":["marketing"]},{"required":["lists"]}],`, ``), `data: anyOf was not set and is [{"required":["marketing"]},{"required":["lists"]}], breaking`},
		"an input with less":       {place, replace(`"maxLength":5000`, `"maxLength":9000`), "data.note: maxLength was 9000 and is 5000, breaking"},
		"an input with more":       {place, replace(`"maxLength":5000`, `"maxLength":500`), "data.note: maxLength was 500 and is 5000"},
		"an input with a new rule": {place, replace(`"maxLength":5000,`, ``), "data.note: maxLength was not set and is 5000, breaking"},
		"a value that is no more":  {shipment, replace(`"enum":["keep","drop"]`, `"enum":["keep","drop","ask"]`), "data.backorder: is never ask any more, breaking"},
		"a value that is new":      {shipment, replace(`"enum":["keep","drop"]`, `"enum":["keep"]`), "data.backorder: may be drop now"},
		"a kind that is no more":   {shipment, replace(`"move_id":{`, `"move_id":{"old":1,`), "data.lines[].move_id: old was 1 and is not set"},
		"a bound that is another":  {place, replace(`"maxLength":`, `"maxLength":1`), "breaking"},
		"a schema that is no more": {order, replace(`"$id":"urn:odoobridge:order:v1"`, `"$id":"urn:odoobridge:older:v1"`), ": there is no such schema any more, breaking"},
	} {
		var got []string
		for _, d := range Compare(older(t, c.id, c.alter), own, false) {
			line := d.Path + ": " + d.What
			if d.Breaking {
				line += ", breaking"
			}
			got = append(got, line)
		}
		if text := strings.Join(got, "; "); text != c.want && !(c.want == "breaking" && strings.HasSuffix(text, c.want)) {
			t.Errorf("%s: %q, want %q", name, text, c.want)
		}
	}
}

func TestSchemasAreReadFromFilesAndFolders(t *testing.T) {
	own, err := Own()
	if err != nil {
		t.Fatal(err)
	}
	released, err := Load(filepath.Join("..", "..", "..", "..", "schema", "json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(len(own), len(released)); diff != "" || len(Compare(released, own, true)) > 0 {
		t.Errorf("the released files are not this program's: %s %v", diff, Compare(released, own, true))
	}
	folder := t.TempDir()
	if _, err := Load(folder); !errors.Is(err, ErrNoSchema) {
		t.Errorf("an empty folder: %v", err)
	}
	file := filepath.Join(folder, "x.json")
	for text, want := range map[string]string{"{": "no JSON Schema", "{}": "no $id"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(file); err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
