package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/pgcheck"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/storecheck"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/outbound"
)

// brokerTime is longer than the broker's own questions may take.
const brokerTime = 70 * time.Second

func newCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Look whether everything is ready, and say what to do where it is not",
		Long: `Look at every precondition: the configuration, PostgreSQL and the bridge's role
in it, Odoo's tables, the publication and the slot, the store's disk, RabbitMQ.
All findings are reported, each with its remedy and the SQL for it.

Nothing is changed: a temporary slot is made to prove that one can be, and dropped at once.
The exit code is 1 when a check failed, 2 when the configuration does not load.`,
		Example: `  odoobridge check
  odoobridge check --json | jq '.findings[] | select(.severity == "fail")'`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			return a.check(cmd.Context(), cfg)
		},
	}
}

// checkResult is what --json prints.
type checkResult struct {
	Command  string          `json:"command"`
	OK       bool            `json:"ok"`
	Summary  check.Summary   `json:"summary"`
	Findings []check.Finding `json:"findings"`
}

func (a *app) check(ctx context.Context, cfg *config.Config) error {
	pg, err := pgcheck.New(cfg)
	if err != nil {
		return err
	}
	defer pg.Close()
	questions := append([]check.Question{configQuestion(cfg)}, pg.Questions()...)
	questions = append(questions, storecheck.Questions(cfg)...)
	questions = append(questions, brokerQuestion(cfg))

	style := check.StyleFor(telemetry.IsTerminal(a.stdout), a.env)
	tell := func(found []check.Finding) {
		var b bytes.Buffer
		for _, f := range found {
			style.Print(&b, f)
		}
		_, _ = a.stdout.Write(b.Bytes())
	}
	if a.json {
		tell = nil
	}
	findings := check.Run(ctx, questions, tell)
	if ctx.Err() != nil {
		return cutShort(ctx, nil)
	}
	failed := check.Failed(findings)
	if a.json {
		if err := a.printJSON(checkResult{"check", !failed, check.Count(findings), findings}); err != nil {
			return err
		}
	} else {
		style.Summarise(a.stdout, findings)
	}
	if failed {
		return quietly(exitFailed)
	}
	return nil
}

func configQuestion(cfg *config.Config) check.Question {
	return check.Question{Code: "config", Ask: func(context.Context) ([]check.Finding, error) {
		from := cfg.File
		if from == "" {
			from = "the environment"
		}
		findings := []check.Finding{check.Good("config", "configuration from "+from)}
		for _, w := range cfg.Warnings {
			findings = append(findings, check.Finding{Severity: check.Warn, Code: "config", What: w.Error()})
		}
		return findings, nil
	}}
}

// brokerQuestion asks everything of RabbitMQ that publishing needs.
func brokerQuestion(cfg *config.Config) check.Question {
	return check.Question{Code: "rabbitmq", Timeout: brokerTime, Ask: func(ctx context.Context) ([]check.Finding, error) {
		broker, err := outbound.New(cfg, outbound.Options{Version: version()})
		if err != nil {
			return []check.Finding{{Severity: check.Fail, Code: "rabbitmq", What: err.Error(), Remedy: "see rabbitmq in the configuration"}}, nil
		}
		var findings []check.Finding
		for _, f := range broker.Verify(ctx) {
			findings = append(findings, brokerFinding(f))
		}
		return findings, nil
	}}
}

func brokerFinding(f outbound.Finding) check.Finding {
	finding := check.Finding{Code: "rabbitmq", What: f.Object + ": " + f.Have, Remedy: f.Remedy}
	switch f.Severity {
	case outbound.OK:
		finding.Severity = check.OK
		return finding
	case outbound.Warning:
		finding.Severity = check.Warn
	default:
		finding.Severity = check.Fail
	}
	if f.Want != "" {
		finding.What += fmt.Sprintf("; wanted: %s", f.Want)
	}
	return finding
}
