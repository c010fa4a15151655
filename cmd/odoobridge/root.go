package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/internal/config"
)

// verbs makes every verb; each file adds its own here.
var verbs = []func(*app) *cobra.Command{
	newRun,
	newResync,
	newTail,
	newStatus,
	newReplay,
	newPublish,
	newParked,
	newExceptions,
	newAudit,
	newLedger,
	newTrace,
	newVerify,
	newDemo,
	newCheck,
	newSetup,
	newSchema,
	newConfig,
	newVersion,
}

// app is what every verb needs: where to read and write, and the global flags.
type app struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	env    func(string) (string, bool)

	configPath string
	json       bool
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{stdin: stdin, stdout: stdout, stderr: stderr, env: os.LookupEnv}
}

// execute runs one command line and returns the exit code.
func (a *app) execute(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && !errors.Is(err, errSaid) && exitCode(err) != exitFine {
		a.printError(err)
	}
	return exitCode(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "odoobridge",
		Short: "Tell other systems what happens in Odoo",
		Long: `odoobridge reads the write-ahead log of Odoo's PostgreSQL and publishes what
happened - order.confirmed, stock_level.out, shipment.shipped - to the RabbitMQ
queues of your channels, in order and without loss.

A first installation goes: setup (SQL for the DBA), check, run.`,
		Example: `  odoobridge setup --odoo-release 17.0   # the SQL that the DBA runs
  odoobridge check                       # is everything ready?
  odoobridge run`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		Args:              cobra.NoArgs,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	flags := root.PersistentFlags()
	flags.StringVarP(&a.configPath, "config", "c", "", "configuration `file` (default: $ODOOBRIDGE_CONFIG, ./odoobridge.yaml, /etc/odoobridge/odoobridge.yaml)")
	flags.BoolVar(&a.json, "json", false, "print JSON")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(fmt.Errorf("%w\nsee %s --help", err, cmd.CommandPath()))
	})
	for _, verb := range verbs {
		root.AddCommand(verb(a))
	}
	wrongArgsAreUsage(root)
	return root
}

// wrongArgsAreUsage gives cobra's complaints about arguments and flags that are missing their exit code. A verb that only has others
// below it shows its help, and does not take a misspelt one for a wish to see that.
func wrongArgsAreUsage(cmd *cobra.Command) {
	check := cmd.Args
	if check == nil {
		check = cobra.NoArgs
	}
	if !cmd.Runnable() {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		if err == nil {
			err = cmd.ValidateRequiredFlags()
		}
		if err != nil {
			return usage(fmt.Errorf("%w\nsee %s --help", err, cmd.CommandPath()))
		}
		return nil
	}
	for _, sub := range cmd.Commands() {
		wrongArgsAreUsage(sub)
	}
}

func (a *app) printError(err error) {
	if a.json {
		body := map[string]any{"ok": false, "error": err.Error(), "exit": exitCode(err)}
		var problems config.Errors
		if errors.As(err, &problems) {
			body["problems"] = problems
		}
		_ = json.NewEncoder(a.stderr).Encode(body)
		return
	}
	text := err.Error()
	var problems config.Errors
	if !errors.As(err, &problems) { // those begin with their file, as editors expect
		text = "odoobridge: " + text
	}
	_, _ = fmt.Fprintln(a.stderr, strings.TrimRight(text, "\n"))
}

// printJSON prints a value for programs, indented since people look too.
func (a *app) printJSON(value any) error {
	encoder := json.NewEncoder(a.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
