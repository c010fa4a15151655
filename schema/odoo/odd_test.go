package odoo_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// oddValues are what PostgreSQL keeps in columns of a type and no Odoo writes there.
var oddValues = map[string][]string{
	"numeric":                     {"NaN", "Infinity", "-Infinity", "-0.000", strings.Repeat("9", 4000), "0." + strings.Repeat("0", 4000) + "1"},
	"double precision":            {"NaN", "Infinity", "-Infinity", "-0", "1.7976931348623157e+308", "5e-324"},
	"integer":                     {"-1", "0", "2147483647", "-2147483648"},
	"bigint":                      {"-1", "9223372036854775807", "-9223372036854775808"},
	"timestamp without time zone": {"infinity", "-infinity", "4713-01-01 00:00:00 BC", "294276-12-31 23:59:59.999999", "0001-01-01 00:00:00"},
	"date":                        {"infinity", "-infinity", "4713-01-01 BC", "5874897-12-31"},
	"jsonb": {`1`, `null`, `[]`, `{}`, `""`, `"text"`, `true`, `{"en_US": null}`, `{"en_US": 1}`, `{"en_US": {"a": [1]}}`, `{"": ""}`,
		`{"1": 1e400}`, `{"1": -1}`, `{"x": "y"}`, `{"en_US": "\\\\u0000\\"}"}`, `{"en_US": "}"}`},
	"text": {"", " ", `{`, `{}`, `}`, `{"en_US"}`, `{"a":}`, `\\`, `\t\n`, "\u2028\u202e", "\x01", "😀", strings.Repeat("x", 3000)},
}

func oddValue(random *rand.Rand, column odoo.Column) string {
	if random.IntN(5) == 0 {
		return `\N`
	}
	values := oddValues[column.Type]
	if values == nil {
		values = oddValues["text"]
	}
	if column.Type == "boolean" {
		values = []string{"t", "f"}
	}
	return values[random.IntN(len(values))]
}

// TestNoValueThatPostgreSQLKeepsIsPoison puts odd values everywhere: documents are built
// all the same, are JSON, and can be compared.
func TestNoValueThatPostgreSQLKeepsIsPoison(t *testing.T) {
	steps := 40
	if testing.Short() {
		steps = 8
	}
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			b := fullBridge(t, release)
			b.priceRules()
			random := rand.New(rand.NewPCG(17, 18)) //nolint:gosec // a test that repeats
			typed := 0
			for range steps {
				what := ""
				for range 40 {
					table := b.profile.Tables[random.IntN(len(b.profile.Tables))]
					keys := sortedKeys(b.rows[table.ID])
					if len(keys) == 0 {
						continue
					}
					key := keys[random.IntN(len(keys))]
					fields := strings.Split(b.rows[table.ID][key].COPY(), "\t")
					at := table.Keys + random.IntN(len(fields)-table.Keys+1)
					if at >= len(fields) || table.Columns[at].Source == "" {
						continue
					}
					if table.Columns[at].Type != "" {
						typed++
					}
					fields[at] = oddValue(random, table.Columns[at])
					b.put(table, key, odoo.NewRow(strings.Join(fields, "\t")))
					what += " " + table.Name + "." + table.Columns[at].Name
				}
				b.commitOdd(t, what)
			}
			if typed == 0 {
				t.Fatal("no column has a type: the values were not odd")
			}
		})
	}
}

// commitOdd builds everything, as after a transaction that touched it all.
func (b *bridge) commitOdd(t *testing.T, what string) {
	t.Helper()
	clear(b.before)
	b.order = nil
	for i, e := range b.profile.Entities {
		keys := sortedKeys(b.documents[i])
		for _, key := range keys {
			b.buildOdd(t, e, i, key, what)
		}
	}
}

func (b *bridge) buildOdd(t *testing.T, e *odoo.Entity, i int, key odoo.Key, what string) {
	t.Helper()
	defer func() {
		if failure := recover(); failure != nil {
			t.Fatalf("%s %v is poison: %v\nodd are%s", e.Name, key, failure, what)
		}
	}()
	previous := b.documents[i][key]
	built, there := e.Build(b, key, previous.body)
	if there && !json.Valid(built.Body) {
		t.Fatalf("%s %v is no JSON: %.2000s\nodd are%s", e.Name, key, built.Body, what)
	}
	var next []byte
	if there {
		next = built.Body
	}
	changed, _ := schema.Diff(previous.body, next)
	e.Happenings(previous.body, next, changed)
	if there {
		previous.body = next
		b.documents[i][key] = previous
	}
}
