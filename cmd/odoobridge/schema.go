package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/schema"
)

func newSchema(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Tell what events and commands there are and what is in them",
		Example: `  odoobridge schema list
  odoobridge schema show order
  odoobridge schema show order.place
  odoobridge schema diff schemas-of-last-year/`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSchemaList(a), newSchemaShow(a), newSchemaDiff(a))
	return cmd
}

func newSchemaList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the entities with their events, and the commands",
		Example: "  odoobridge schema list --json",
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				var all []any
				for _, e := range listEntities() {
					all = append(all, e)
				}
				for _, c := range listCommands() {
					all = append(all, c)
				}
				return a.printJSON(all)
			}
			table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(table, "ENTITY\tSUBJECT\tEVENTS")
			for _, e := range listEntities() {
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", e.Name, e.Subject, strings.Join(e.Events, " "))
			}
			if err := table.Flush(); err != nil {
				return err
			}
			return a.printCommands()
		},
	}
}

// entityLine is an entity in a list.
type entityLine struct {
	Name    string   `json:"entity"`
	Subject string   `json:"subject"` // an example
	Schema  string   `json:"dataschema"`
	Events  []string `json:"events"`
}

func listEntities() []entityLine {
	var lines []entityLine
	for _, e := range schema.Entities() {
		line := entityLine{Name: e.Name, Subject: e.Example, Schema: schema.DataSchema(e.Name)}
		for _, h := range e.Events {
			line.Events = append(line.Events, h.What)
		}
		lines = append(lines, line)
	}
	return lines
}

func newSchemaShow(a *app) *cobra.Command {
	var envelope, example bool
	cmd := &cobra.Command{
		Use:   "show ENTITY|COMMAND",
		Short: "Show the fields of an entity's documents or of a command, or their JSON Schema",
		Example: `  odoobridge schema show order
  odoobridge schema show order --json > order.v1.json      # JSON Schema of data
  odoobridge schema show order --json --event              # of the whole event
  odoobridge schema show order.place                       # a command: fields, and what it may be refused for
  odoobridge schema show order.place --json                # JSON Schema of the whole command
  odoobridge schema show order.place --example             # one that is valid`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return namesInSchema(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if c, is := schema.CommandNamed(args[0]); is {
				return a.showCommand(&c, example)
			}
			e, found := schema.EntityNamed(args[0])
			if !found {
				return usage(fmt.Errorf("there is no entity or command %q: there are %s", args[0], strings.Join(namesInSchema(), ", ")))
			}
			if example {
				return usage(errors.New("--example is of commands: docs/EVENTS.md has examples of events"))
			}
			if a.json {
				return a.printSchema(e.Name, envelope)
			}
			return a.describeEntity(&e)
		},
	}
	cmd.Flags().BoolVar(&envelope, "event", false, "with --json: the schema of the whole event, envelope and all")
	cmd.Flags().BoolVar(&example, "example", false, "of a command: an example")
	return cmd
}

func entityNames() []string {
	var names []string
	for _, e := range schema.Entities() {
		names = append(names, e.Name)
	}
	return names
}

func (a *app) printSchema(entity string, envelope bool) error {
	text := schema.JSONSchema(entity)
	if envelope {
		text = schema.EventSchema(entity)
	}
	if !json.Valid(text) {
		return fmt.Errorf("this build has no JSON Schema of %s", entity)
	}
	_, err := fmt.Fprintf(a.stdout, "%s\n", bytes.TrimSpace(text))
	return err
}

func (a *app) describeEntity(e *schema.Entity) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "%s\n\nsubject  %s, key: %s\nfrom     %s\n\nEVENTS\n", e.Doc, e.Example, e.Key, e.From)
	for _, h := range e.Events {
		_, _ = fmt.Fprintf(w, "  %s.%s\t%s\n", e.Name, h.What, h.Doc)
	}
	_, _ = fmt.Fprintln(w, "\nFIELDS")
	describeProperties(w, e.Properties, "  ")
	return w.Flush()
}

func describeProperties(w *tabwriter.Writer, properties []schema.Property, indent string) {
	for _, p := range properties {
		kind := string(p.Kind)
		if p.Nullable {
			kind += " or null"
		}
		if p.Optional {
			kind += ", may be absent"
		}
		_, _ = fmt.Fprintf(w, "%s%s\t%s\t%s\n", indent, p.Name, kind, p.Doc)
		describeProperties(w, p.Properties, indent+"  ")
	}
}
