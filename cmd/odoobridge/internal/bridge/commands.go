package bridge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/inbound"
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/control"
	"github.com/odoobridge/odoobridge/internal/store"
)

// Names of what verbs ask the running bridge for.
const (
	ControlExceptions = "exceptions.list"
	ControlException  = "exceptions.show"
	ControlDecide     = "exceptions.decide"
	ControlAudit      = "audit"
)

// DecideRequest is a person's decision on a command.
type DecideRequest struct {
	Channel string `json:"channel"`
	ID      string `json:"id"`
	Action  string `json:"action"` // retry | discard | edit
	Body    []byte `json:"body,omitempty"`
	inbound.By
}

// ShowRequest names a command.
type ShowRequest struct {
	Channel string `json:"channel"`
	ID      string `json:"id"`
}

// AuditRequest chooses audit entries.
type AuditRequest struct {
	Channel string    `json:"channel,omitempty"`
	Actor   string    `json:"actor,omitempty"`
	Action  string    `json:"action,omitempty"`
	About   string    `json:"about,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Until   time.Time `json:"until,omitzero"`
	Limit   int       `json:"limit,omitempty"`
}

// AuditEntry is an entry of the audit trail as a verb prints it.
type AuditEntry struct {
	Time    time.Time          `json:"time"`
	Actor   string             `json:"actor"`
	Action  string             `json:"action"`
	Channel string             `json:"channel"`
	ID      string             `json:"id"`
	Command string             `json:"command"`
	Subject string             `json:"subject"`
	Code    string             `json:"code,omitempty"`
	Odoo    *command.Reference `json:"odoo,omitempty"`
	Reason  string             `json:"reason,omitempty"`
}

// handleCommands lets verbs look at commands and decide on them.
func (b *bridge) handleCommands() {
	river := b.commands.river
	b.control.Handle(ControlExceptions, func(ctx context.Context, r *control.Request) (any, error) {
		var f inbound.ExceptionFilter
		if err := r.Into(&f); err != nil {
			return nil, err
		}
		return river.Exceptions(ctx, f)
	})
	b.control.Handle(ControlException, func(ctx context.Context, r *control.Request) (any, error) {
		var show ShowRequest
		if err := r.Into(&show); err != nil {
			return nil, err
		}
		return river.Show(ctx, show.Channel, show.ID)
	})
	b.control.Handle(ControlDecide, func(ctx context.Context, r *control.Request) (any, error) {
		var d DecideRequest
		if err := r.Into(&d); err != nil {
			return nil, err
		}
		return nil, decideOn(ctx, river, &d)
	})
	b.control.Handle(ControlAudit, func(ctx context.Context, r *control.Request) (any, error) {
		var a AuditRequest
		if err := r.Into(&a); err != nil {
			return nil, err
		}
		return auditEntries(ctx, river.Audit, &a)
	})
}

func decideOn(ctx context.Context, river *inbound.Inbound, d *DecideRequest) error {
	switch d.Action {
	case "retry":
		return river.Retry(ctx, d.Channel, d.ID, d.By)
	case "discard":
		return river.Discard(ctx, d.Channel, d.ID, d.By)
	case "edit":
		problems, err := river.Edit(ctx, d.Channel, d.ID, d.Body, d.By)
		if err != nil || len(problems) == 0 {
			return err
		}
		var texts []string
		for _, p := range problems {
			text := p.Message + "; " + p.Remedy
			if p.Path != "" {
				text = p.Path + ": " + text
			}
			texts = append(texts, text)
		}
		return errors.New("the edited command is not right:\n  " + strings.Join(texts, "\n  "))
	}
	return fmt.Errorf("%q is nothing that can be done to a command", d.Action)
}

func auditEntries(ctx context.Context, ask func(context.Context, store.AuditFilter) ([]store.AuditEntry, error), a *AuditRequest) ([]AuditEntry, error) {
	list, err := ask(ctx, store.AuditFilter{Channel: a.Channel, Actor: a.Actor, Action: a.Action, About: a.About, Since: a.Since, Until: a.Until, Limit: a.Limit})
	if err != nil {
		return nil, err
	}
	entries := make([]AuditEntry, 0, len(list))
	for _, e := range list {
		entry := AuditEntry{Time: e.Time, Actor: e.Actor, Action: e.Action, Channel: e.Channel, ID: e.ID, Command: e.Name, Subject: e.Subject, Code: e.Code, Reason: e.Reason}
		if e.Odoo != (store.OdooRecord{}) {
			entry.Odoo = &command.Reference{Model: e.Odoo.Model, ID: e.Odoo.ID, Name: e.Odoo.Name}
		}
		entries = append(entries, entry)
	}
	return entries, nil
}
