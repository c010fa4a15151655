package main

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/odoobridge/odoobridge/schema"
)

// commandLine is a command in a list.
type commandLine struct {
	Name     string `json:"command"`
	Subject  string `json:"subject"` // what it is the channel's own id of
	Schema   string `json:"dataschema"`
	Workload string `json:"workload"`
}

func listCommands() (lines []commandLine) {
	for _, c := range schema.Commands() {
		lines = append(lines, commandLine{Name: c.Name, Subject: c.Subject, Schema: schema.DataSchemaOfCommand(c.Name), Workload: c.Workload})
	}
	return lines
}

// printCommands lists the commands below the entities.
func (a *app) printCommands() error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "\nCOMMAND\tSUBJECT IS THE CHANNEL'S OWN ID OF\tQUEUE")
	for _, c := range listCommands() {
		_, _ = fmt.Fprintf(w, "%s\tthe %s\tcommands.<channel>.%s\n", c.Name, c.Subject, c.Workload)
	}
	return w.Flush()
}

// showCommand tells a command's fields and reasons, or its JSON Schema, or an example of it.
func (a *app) showCommand(c *schema.Command, example bool) error {
	switch {
	case example:
		_, err := fmt.Fprintf(a.stdout, "%s\n", bytes.TrimSpace(schema.CommandExample(c.Name)))
		return err
	case a.json:
		_, err := fmt.Fprintf(a.stdout, "%s\n", bytes.TrimSpace(schema.CommandSchema(c.Name)))
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "%s\n\nsubject      the channel's own id of the %s\nrouting key  <channel>.%s\n\nFIELDS OF data\n", c.Doc, c.Subject, c.Name)
	describeInputs(w, c.Inputs, c.OneOf, "  ")
	_, _ = fmt.Fprintf(w, "\nREASONS beside %s\n", strings.Join(schema.CommonReasons(), ", "))
	for _, r := range schema.ReasonsOf(c.Name) {
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", r.Code, strings.Join(r.Outcomes, " or "), r.Path, r.Message)
	}
	return w.Flush()
}

func describeInputs(w *tabwriter.Writer, inputs []schema.Input, groups [][]string, indent string) {
	for i := range inputs {
		input := &inputs[i]
		kind := string(input.Kind)
		if input.Nullable {
			kind += " or null"
		}
		if input.Required {
			kind += ", required"
		}
		for _, group := range groups {
			for _, name := range group {
				if name == input.Name {
					kind += ", exactly one of " + schema.OneOfText(group)
				}
			}
		}
		_, _ = fmt.Fprintf(w, "%s%s\t%s\t%s\n", indent, input.Name, kind, input.Doc)
		describeInputs(w, input.Inputs, input.OneOf, indent+"  ")
	}
}

// namesInSchema are all names that schema show knows.
func namesInSchema() []string { return append(entityNames(), schema.CommandNames()...) }
