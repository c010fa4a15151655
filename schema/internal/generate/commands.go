package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/schema"
)

//go:embed commands.md
var commandsIntroduction string

// commandsPage is docs/COMMANDS.md.
func commandsPage(why map[string][]schema.Reason) []byte {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(commandsIntroduction))
	b.WriteString("\n\n## Codes\n\nA program may switch on them; more may come. Every command may be answered with `" + strings.Join(schema.CommonReasons(), "`, `") + "`; what else each may be given is listed with it, in the words of the answer, with … for what it finds out.\nThere, *applied* means that it is done and the problem only tells what was left alone, *waits* that it goes on by itself and no answer comes until then.\n\n| code | means | what to do |\n|---|---|---|\n")
	for _, c := range schema.ProblemCodes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Code, cell(c.Doc), cell(c.Remedy))
	}
	b.WriteString("\n## What there is\n\n| command | subject is the channel's own id of | queue | sent again |\n|---|---|---|---|\n")
	for _, c := range schema.Commands() {
		fmt.Fprintf(&b, "| [%s](#%s) | the %s | `commands.<channel>.%s` | %s |\n", c.Name, anchor(c.Name), c.Subject, c.Workload, once(&c))
	}
	for _, c := range schema.Commands() {
		commandSection(&b, &c, why[c.Name])
	}
	return []byte(b.String())
}

func anchor(heading string) string { return strings.ReplaceAll(heading, ".", "") }

func once(c *schema.Command) string {
	if c.Once == "" {
		return "the newest counts"
	}
	return "once, by " + cell(c.Once)
}

func commandSection(b *strings.Builder, c *schema.Command, why []schema.Reason) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\nRouting key `<channel>.%s`. JSON Schema: [%s.command.v1.json](../schema/json/%s.command.v1.json).\n", c.Name, c.Doc, c.Name, c.Name, c.Name)
	b.WriteString("\n| field | value | |\n|---|---|---|\n")
	inputs(b, "", c.Inputs, c.OneOf, c.AnyOf)
	fmt.Fprintf(b, "\n<details><summary>An example of <code>%s</code></summary>\n\n```json\n%s\n```\n\n</details>\n",
		c.Name, strings.TrimSpace(string(schema.CommandExample(c.Name))))
	reasonsTable(b, c, why)
}

// reasonsTable lists what the command may be answered with.
func reasonsTable(b *strings.Builder, c *schema.Command, why []schema.Reason) {
	fmt.Fprintf(b, "\n<details><summary>All reasons that <code>%s</code> may be given, beside <a href=\"#codes\">those of every command</a></summary>\n\n| code | the command | `path` | `message` |\n|---|---|---|---|\n", c.Name)
	for _, r := range why {
		path := ""
		if r.Path != "" {
			path = "`" + r.Path + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", r.Code, strings.Join(r.Outcomes, " or "), path, cell(r.Message))
	}
	b.WriteString("\n</details>\n")
}

func inputs(b *strings.Builder, prefix string, list []schema.Input, groups [][]string, some []string) {
	for _, i := range list {
		fmt.Fprintf(b, "| `%s%s` | %s%s | %s |\n", prefix, i.Name, inputKind(&i), inputNeed(&i, groups, some), cell(i.Doc))
		inner := prefix + i.Name + "."
		if i.Kind == schema.Objects {
			inner = prefix + i.Name + "[]."
		}
		inputs(b, inner, i.Inputs, i.OneOf, nil)
	}
}

// inputsWritten is how the kinds of commands look, in a word or two.
var inputsWritten = map[schema.Kind]string{
	schema.Signed: "decimal string", schema.Unsigned: "decimal string, not below 0", schema.Positive: "decimal string above 0",
}

func inputKind(i *schema.Input) string {
	text, own := inputsWritten[i.Kind]
	if !own {
		text = written[i.Kind]
	}
	switch {
	case i.Kind == schema.Boolean && len(i.Values) == 1:
		text = i.Values[0]
	case len(i.Values) > 0:
		text = "`" + strings.Join(i.Values, "`, `") + "`"
	}
	if i.Nullable {
		text += " or null"
	}
	return text
}

func inputNeed(i *schema.Input, groups [][]string, some []string) string {
	if i.Required {
		return ", **required**"
	}
	if slices.Contains(some, i.Name) {
		return ", " + schema.OneOfText(some) + " or both"
	}
	for _, group := range groups {
		for _, name := range group {
			if name == i.Name {
				return ", exactly one of " + schema.OneOfText(group)
			}
		}
	}
	return ""
}
