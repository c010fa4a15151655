package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoocheck"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/pgcheck"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/storecheck"
	"github.com/odoobridge/odoobridge/inbound"
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
in it, Odoo's tables, the publication and the slot, the store's disk, RabbitMQ. Where
channels may send commands, also Odoo's API: each user's login and key, the rights that the granted
commands need, companies, warehouses and what the mappings lead to.
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
	pg.Remembers = func(ctx context.Context) pgcheck.Memory {
		slot, err := bridge.RememberedSlot(ctx, cfg)
		if err != nil {
			return pgcheck.Memory{Unknown: err.Error()}
		}
		return pgcheck.Memory{Slot: slot}
	}
	questions := append([]check.Question{configQuestion(cfg)}, pg.Questions()...)
	api, err := odoocheck.New(cfg, pg)
	if err != nil {
		return err
	}
	if api != nil {
		defer api.Close()
		questions = append(questions, api.Questions()...)
	}
	questions = append(questions, storecheck.Questions(cfg)...)
	questions = append(questions, brokerQuestion(cfg))
	if cfg.HasCommands() {
		questions = append(questions, commandQueuesQuestion(cfg))
	}

	return a.report(ctx, "check", questions)
}

// report asks questions and prints what is found as it comes.
func (a *app) report(ctx context.Context, command string, questions []check.Question) error {
	style := check.StyleFor(telemetry.IsTerminal(a.stdout), a.env)
	tell := func(found []check.Finding) { _, _ = io.WriteString(a.stdout, style.Text(found)) }
	if a.json {
		tell = nil
	}
	findings := check.Run(ctx, questions, tell)
	if ctx.Err() != nil {
		return cutShort(ctx, nil)
	}
	failed := check.Failed(findings)
	if a.json {
		if err := a.printJSON(checkResult{command, !failed, check.Count(findings), findings}); err != nil {
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

// commandQueuesQuestion asks what of RabbitMQ commands and their results need.
func commandQueuesQuestion(cfg *config.Config) check.Question {
	const code = "rabbitmq.commands"
	return check.Question{Code: code, Timeout: brokerTime, Ask: func(ctx context.Context) ([]check.Finding, error) {
		found, err := inbound.Verify(ctx, cfg, version())
		if err != nil {
			return nil, &check.SkipError{Reason: "the broker cannot be asked, see above"}
		}
		findings := []check.Finding{}
		for _, f := range found {
			finding := check.Good(code, f.Object+": "+f.Have)
			if f.Want != "" {
				finding = check.Finding{Severity: check.Fail, Code: code, What: fmt.Sprintf("%s: %s; wanted: %s", f.Object, f.Have, f.Want), Remedy: f.Remedy}
			}
			findings = append(findings, finding)
		}
		return append(findings, unvouched(cfg)...), nil
	}}
}

// unvouched names the channels whose commands anybody could send who may write to the exchange: what each user of RabbitMQ
// may is not to be seen by others.
func unvouched(cfg *config.Config) (findings []check.Finding) {
	for i := range cfg.Channels {
		if channel := &cfg.Channels[i]; len(channel.Commands) > 0 && channel.RabbitMQUser == "" {
			findings = append(findings, check.Finding{Severity: check.Warn, Code: "rabbitmq.sender", What: "channel " + channel.Name + " has no rabbitmq_user: commands are taken from whoever may write to its queues",
				Why: "one channel could order, pay and count in the name of another", Remedy: fmt.Sprintf("write channels.%s.rabbitmq_user, and let the channel set user_id to it on each message: RabbitMQ vouches for it", channel.Name)})
		}
	}
	return findings
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
