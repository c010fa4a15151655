package main

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/odoobridge/odoobridge/schema"
)

//go:embed events.md
var introduction string

// eventsPage is docs/EVENTS.md.
func eventsPage(examples string) ([]byte, error) {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(introduction))
	b.WriteString("\n\n## What there is\n\n| entity | key | events |\n|---|---|---|\n")
	for _, e := range schema.Entities() {
		names := make([]string, len(e.Events))
		for i, h := range e.Events {
			names[i] = "`" + h.What + "`"
		}
		fmt.Fprintf(&b, "| [%s](#%s) | %s, as in `%s` | %s |\n", e.Name, e.Name, e.Key, e.Example, strings.Join(names, " "))
	}
	for _, e := range schema.Entities() {
		text, err := exampleOf(examples, e.Name)
		if err != nil {
			return nil, err
		}
		entity(&b, &e, text)
	}
	return []byte(b.String()), nil
}

func entity(b *strings.Builder, e *schema.Entity, example string) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", e.Name, e.Doc)
	fmt.Fprintf(b, "Subject `%s`: the key is the %s. Made from %s.\nJSON Schema: [%s.v1.json](../schema/json/%s.v1.json), with the envelope [%s.event.v1.json](../schema/json/%s.event.v1.json).\n\n",
		e.Example, e.Key, e.From, e.Name, e.Name, e.Name, e.Name)
	b.WriteString("| event | happened |\n|---|---|\n")
	for _, h := range e.Events {
		fmt.Fprintf(b, "| `%s.%s` | %s |\n", e.Name, h.What, cell(h.Doc))
	}
	fmt.Fprintf(b, "| `%s.%s` | Nothing: the document, sent on request. |\n", e.Name, schema.Snapshot)
	b.WriteString("\n| field | value | |\n|---|---|---|\n")
	rows(b, "", e.Properties)
	fmt.Fprintf(b, "\n<details><summary>A <code>%s.%s</code> from a recording of Odoo 17</summary>\n\n```json\n%s\n```\n\n</details>\n",
		e.Name, examples[e.Name].what, example)
}

func rows(b *strings.Builder, prefix string, list []schema.Property) {
	for _, p := range list {
		fmt.Fprintf(b, "| `%s%s` | %s | %s |\n", prefix, p.Name, kind(&p), cell(p.Doc))
		inner := prefix + p.Name + "."
		if p.Kind == schema.Objects {
			inner = prefix + p.Name + "[]."
		}
		rows(b, inner, p.Properties)
	}
}

// written is how a kind looks, in a word or two.
var written = map[schema.Kind]string{
	schema.Integer: "integer", schema.String: "string", schema.Boolean: "boolean", schema.Quantity: "decimal string",
	schema.Money: "money string", schema.Timestamp: "time", schema.Object: "object", schema.Objects: "list of objects",
	schema.Strings: "list of strings", schema.Texts: "object of strings", schema.Custom: "object",
}

func kind(p *schema.Property) string {
	text := written[p.Kind]
	if p.Nullable {
		text += " or null"
	}
	if p.Optional {
		text += ", may be absent"
	}
	return text
}

// cell keeps a text from ending its table cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
