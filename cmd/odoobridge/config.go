package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/internal/config"
)

func newConfig(a *app) *cobra.Command {
	var schema bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the configuration as it counts",
		Long: `Print the configuration as it counts: every default filled in, variables and
files read, secrets as [redacted]. Every problem is reported at once, with its
place; then the exit code is 2.

These variables override the file:
` + config.EnvHelp(),
		Example: `  odoobridge config
  odoobridge config --json | jq .channels
  odoobridge config --schema > odoobridge.schema.json   # for editors`,
		RunE: func(*cobra.Command, []string) error {
			if schema {
				return a.printJSON(config.JSONSchema())
			}
			return a.printConfig()
		},
	}
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of the file, for editors")
	return cmd
}

func (a *app) printConfig() error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	for _, w := range c.Warnings {
		if _, err := fmt.Fprintln(a.stderr, "warning: "+w.String()); err != nil {
			return err
		}
	}
	if a.json {
		body, err := c.JSON()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.stdout, "%s\n", body)
		return err
	}
	body, err := c.YAML()
	if err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	_, err = a.stdout.Write(body)
	return err
}
