package inbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// Exception is a command that is not done by itself: parked, or waiting.
type Exception struct {
	Channel  string              `json:"channel"`
	ID       string              `json:"id"`
	Command  string              `json:"command"`
	Subject  string              `json:"subject"`
	State    string              `json:"state"`
	Code     string              `json:"code,omitempty"`
	Problems []command.Problem   `json:"problems,omitempty"`
	WaitsFor []string            `json:"waits_for,omitempty"`
	Attempts int                 `json:"attempts"`
	Error    string              `json:"error,omitempty"`
	Received time.Time           `json:"received"`
	Since    time.Time           `json:"since,omitzero"`
	Next     time.Time           `json:"next,omitzero"` // of a waiting one: when it is looked at again
	Odoo     *command.Reference  `json:"odoo,omitempty"`
	Notes    map[string]string   `json:"notes,omitempty"`
	Body     json.RawMessage     `json:"body,omitempty"` // as it arrived, or was edited; with Show
	Also     []command.Reference `json:"also,omitempty"`
}

// ExceptionFilter chooses exceptions; empty fields choose all that are parked.
type ExceptionFilter struct {
	Channel string `json:"channel,omitempty"`
	Code    string `json:"code,omitempty"`
	Waiting bool   `json:"waiting,omitempty"` // those that wait, too
	After   int64  `json:"after,omitempty"`
	Limit   int    `json:"limit,omitempty"`
}

// Readable is what is read of a ledger to show commands: a bridge's own, or one that is only looked into.
type Readable interface {
	Command(ctx context.Context, channel, id string) (store.Command, bool, error)
	Commands(ctx context.Context, f store.CommandFilter) ([]store.Command, error)
}

// Exceptions lists what needs a person.
func (i *Inbound) Exceptions(ctx context.Context, f ExceptionFilter) ([]Exception, error) {
	return ExceptionsIn(ctx, i.ledger, f)
}

// ExceptionsIn lists what needs a person in a ledger.
func ExceptionsIn(ctx context.Context, ledger Readable, f ExceptionFilter) ([]Exception, error) {
	states := []store.CommandState{store.CommandParked}
	if f.Waiting {
		states = append(states, store.CommandWaiting)
	}
	list, err := ledger.Commands(ctx, store.CommandFilter{Channel: f.Channel, Code: f.Code, States: states, After: f.After, Limit: f.Limit})
	if err != nil {
		return nil, err
	}
	exceptions := make([]Exception, 0, len(list))
	for n := range list {
		exceptions = append(exceptions, exceptionOf(&list[n]))
	}
	return exceptions, nil
}

// Show returns a command in whatever state it is, with its body.
func (i *Inbound) Show(ctx context.Context, channel, id string) (Exception, error) {
	return ShowIn(ctx, i.ledger, channel, id)
}

// ShowIn returns a command of a ledger in whatever state it is, with its body.
func ShowIn(ctx context.Context, ledger Readable, channel, id string) (Exception, error) {
	c, found, err := ledger.Command(ctx, channel, id)
	if err != nil {
		return Exception{}, err
	}
	if !found {
		return Exception{}, fmt.Errorf("channel %s has no command %q: %w", channel, id, store.ErrUnknown)
	}
	e := exceptionOf(&c)
	e.Body = bodyOf(&c)
	return e, nil
}

func exceptionOf(c *store.Command) Exception {
	e := Exception{
		Channel: c.Channel, ID: c.ID, Command: c.Name, Subject: c.Subject, State: string(c.State), Code: c.Code, WaitsFor: c.WaitsFor, Attempts: c.Attempts,
		Error: c.Error, Received: c.Received, Since: c.Settled, Notes: c.Notes,
	}
	var d decided
	if json.Unmarshal(c.Outcome, &d) == nil {
		e.Problems, e.Odoo, e.Also = d.Problems, d.Odoo, d.Also
	}
	if c.State == store.CommandWaiting {
		e.Next = c.Due
	}
	return e
}

func bodyOf(c *store.Command) json.RawMessage {
	body := c.Body
	if c.Edited != nil {
		body = c.Edited
	}
	if !json.Valid(body) {
		return encode(string(body))
	}
	return body
}

// By says who decides, and why. Both are kept in the audit trail.
type By struct {
	User   string `json:"user"`
	Reason string `json:"reason"`
}

// Retry puts a parked or waiting command back in line.
func (i *Inbound) Retry(ctx context.Context, channel, id string, by By) error {
	return i.say(ctx, &store.Decision{Channel: channel, ID: id, State: store.CommandReceived}, "retry", by)
}

// Discard ends a parked or waiting command without applying it, and tells the channel.
func (i *Inbound) Discard(ctx context.Context, channel, id string, by By) error {
	c, found, err := i.ledger.Command(ctx, channel, id)
	if err != nil || !found {
		return errors.Join(err, missing(found))
	}
	var was decided
	_ = json.Unmarshal(c.Outcome, &was) // without an outcome there is nothing to add
	d := decided{Outcome: discarded, Odoo: was.Odoo, Problems: was.Problems}
	return i.say(ctx, &store.Decision{Channel: channel, ID: id, State: store.CommandDiscarded, Outcome: encode(d),
		Results: []store.Result{resultOf(&c, d, "discarded", i.now())}}, "discard", by)
}

func missing(found bool) error {
	if found {
		return nil
	}
	return store.ErrUnknown
}

// Edit replaces the body of a parked or waiting command and puts it back in line. It stays the same
// command: id, type and channel cannot change. What is wrong with the new body comes back as problems.
func (i *Inbound) Edit(ctx context.Context, channel, id string, body []byte, by By) ([]command.Problem, error) {
	c, found, err := i.ledger.Command(ctx, channel, id)
	if err != nil || !found {
		return nil, errors.Join(err, missing(found))
	}
	e, problems, _ := parse(body)
	if len(problems) > 0 {
		return problems, nil
	}
	if e.ID != c.ID || e.Type != c.Name {
		return []command.Problem{{Code: schema.CodeInvalid, Message: "an edited command keeps its id and type", Remedy: fmt.Sprintf("id %q, type %q", c.ID, c.Name)}}, nil
	}
	edited := c
	edited.Body, edited.Subject, edited.Effect, edited.Said, edited.Provides = body, e.Subject, "", "", ""
	if problem := i.complete(&edited, &e); problem != nil {
		return []command.Problem{*problem}, nil
	}
	return nil, i.say(ctx, &store.Decision{Channel: channel, ID: id, State: store.CommandReceived, Edited: &edited}, "edit", by)
}

func (i *Inbound) say(ctx context.Context, d *store.Decision, action string, by By) error {
	if by.User == "" || by.Reason == "" {
		return errors.New("say who decides and why: the audit trail keeps both")
	}
	d.Now = i.now()
	d.Audit = store.AuditEntry{Actor: "user " + by.User, Action: action, Reason: by.Reason}
	if _, err := i.ledger.Decide(ctx, d); err != nil {
		return err
	}
	i.nudge()
	poke(i.answer)
	return nil
}

// Audit returns entries of the audit trail.
func (i *Inbound) Audit(ctx context.Context, f store.AuditFilter) ([]store.AuditEntry, error) {
	return i.ledger.Audit(ctx, f)
}

// Commands returns all commands about an id, a subject or a name in Odoo.
func (i *Inbound) Commands(ctx context.Context, about string, limit int) ([]Exception, error) {
	list, err := i.ledger.Commands(ctx, store.CommandFilter{About: about, Limit: limit})
	if err != nil {
		return nil, err
	}
	var found []Exception
	for n := range list {
		found = append(found, exceptionOf(&list[n]))
	}
	return found, nil
}

// Status is where commands are.
type Status struct {
	Ready  string               `json:"ready,omitempty"` // why commands cannot be received; empty: they can
	Counts []store.CommandCount `json:"counts,omitempty"`
}

// Status says how many commands are not done.
func (i *Inbound) Status(ctx context.Context) (Status, error) {
	var s Status
	if err := i.Ready(); err != nil {
		s.Ready = err.Error()
	}
	var err error
	s.Counts, err = i.ledger.Counts(ctx)
	return s, err
}
