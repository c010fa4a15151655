package trace

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// said is a command, and why it is part of the trace.
type said struct {
	store.Command
	why    string
	behind string // what holds it back, in words
}

func (f *finder) addCommand(c *store.Command, why string) {
	if f.commands[c.Seq] != nil || f.req.Channel != "" && c.Channel != f.req.Channel {
		return
	}
	f.commands[c.Seq] = &said{Command: *c, why: why}
	f.seqs = append(f.seqs, c.Seq)
}

// commandsAbout adds commands by their id, subject, or name in Odoo.
func (f *finder) commandsAbout(ctx context.Context, about, channel, why string) error {
	if about == "" {
		return nil
	}
	return f.commandsBy(ctx, store.CommandFilter{About: about, Channel: channel}, func(c *store.Command) string {
		if c.Odoo.Name == about {
			return "its record is " + about
		}
		return why
	})
}

func (f *finder) commandsBy(ctx context.Context, filter store.CommandFilter, why func(*store.Command) string) error {
	if f.src.Commands == nil {
		return nil
	}
	filter.Limit = mostCommands + 1
	list, err := f.src.Commands.Commands(ctx, filter)
	if err != nil {
		return err
	}
	if len(list) > mostCommands {
		list = list[:mostCommands]
		f.notes = append(f.notes, fmt.Sprintf("more than %d commands name %s%s: the oldest are here", mostCommands, filter.About, filter.Key))
	}
	for i := range list {
		f.addCommand(&list[i], why(&list[i]))
	}
	return nil
}

// entitiesOf says of which entity a record of Odoo may be.
var entitiesOf = map[string][]string{
	"sale.order": {"order"}, "stock.picking": {"shipment", "return"}, "account.move": {"invoice", "refund"}, "account.payment": {"payment"},
	"res.partner": {"customer"}, "product.product": {"product"},
}

// thingsOfCommands adds what the commands made or changed in Odoo.
func (f *finder) thingsOfCommands(ctx context.Context) error {
	for _, seq := range f.seqs {
		c := f.commands[seq]
		for _, r := range recordsOf(&c.Command) {
			if _, err := f.addRecord(ctx, r.Model, r.ID, fmt.Sprintf("record of %s %s of %s", c.Name, c.ID, c.Channel), c.why == "asked for"); err != nil {
				return err
			}
		}
	}
	return nil
}

// recordsOf are all records that a command made or changed.
func recordsOf(c *store.Command) []command.Reference {
	var outcome struct {
		Also []command.Reference `json:"also"`
	}
	_ = json.Unmarshal(c.Outcome, &outcome) // none before it is decided
	if c.Odoo.ID == 0 {
		return outcome.Also
	}
	return append([]command.Reference{{Model: c.Odoo.Model, ID: c.Odoo.ID, Name: c.Odoo.Name}}, outcome.Also...)
}

// commandsOfThings adds the commands about what the trace has so far: those whose record it is, that channels call
// by its name, and that named it.
func (f *finder) commandsOfThings(ctx context.Context) error {
	keys := map[string]string{}
	for _, t := range f.things {
		body, err := f.body(ctx, t)
		if err != nil {
			return err
		}
		if name := text(schema.Field(body, "name")); name != "null" && t.doc.Entity != "customer" && t.doc.Entity != "product" {
			if err := f.commandsAbout(ctx, name, "", "is about "+t.doc.Subject); err != nil {
				return err
			}
		}
		for _, own := range channelIDs(t.doc.Entity, body) {
			if err := f.commandsAbout(ctx, own.id, own.channel, "is about "+t.doc.Subject); err != nil {
				return err
			}
		}
		for _, key := range keysOf(t, body) {
			keys[key] = t.doc.Subject
		}
	}
	return f.commandsNaming(ctx, keys)
}

// commandsNaming adds commands that named one of the keys, which stand for subjects.
func (f *finder) commandsNaming(ctx context.Context, keys map[string]string) error {
	for _, key := range sortedKeys(keys) {
		if err := f.commandsBy(ctx, store.CommandFilter{Key: key}, func(*store.Command) string { return "named " + keys[key] }); err != nil {
			return err
		}
	}
	return nil
}

// linesOfCommands tells of the commands, of what was decided about them, and of their answers.
func (f *finder) linesOfCommands(ctx context.Context) (lines []Line, err error) {
	slices.Sort(f.seqs)
	entries, answers := map[int64]Line{}, []Line(nil)
	for _, seq := range f.seqs {
		c := f.commands[seq]
		if err := f.findBehind(ctx, c); err != nil {
			return nil, err
		}
		lines = append(lines, progressOf(c)...)
		steps, err := f.stepsOf(ctx, c)
		if err != nil {
			return nil, err
		}
		lines = append(lines, steps...)
		results, err := f.src.Commands.Results(ctx, seq)
		if err != nil {
			return nil, err
		}
		for i := range results {
			answers = append(answers, lineOfResult(c, &results[i]))
		}
		if err := f.auditOf(ctx, store.AuditFilter{Channel: c.Channel, About: c.ID}, c.why, entries); err != nil {
			return nil, err
		}
	}
	if f.src.Commands != nil {
		// Entries are kept for longer than commands.
		for _, about := range f.names(ctx) {
			if err := f.auditOf(ctx, store.AuditFilter{Channel: f.req.Channel, About: about}, "names "+about, entries); err != nil {
				return nil, err
			}
		}
	}
	for _, number := range sortedKeys(entries) {
		lines = append(lines, entries[number])
	}
	return append(lines, answers...), nil
}

// names are those under which the audit trail may know what the trace is about.
func (f *finder) names(ctx context.Context) (names []string) {
	names = append(names, f.req.Key)
	for _, t := range f.things {
		body, err := f.body(ctx, t)
		if name := text(schema.Field(body, "name")); err == nil && name != "" && name != "null" && t.doc.Entity != "customer" && t.doc.Entity != "product" {
			names = append(names, name)
		}
	}
	return names
}

func (f *finder) auditOf(ctx context.Context, filter store.AuditFilter, why string, into map[int64]Line) error {
	filter.Limit, filter.Since = mostCommands, f.req.Since
	list, err := f.src.Commands.Audit(ctx, filter)
	for i := range list {
		e := &list[i]
		if _, there := into[e.Number]; there {
			continue
		}
		detail := strings.Trim(e.Code+": "+e.Reason, ": ")
		into[e.Number] = Line{Time: e.Time, Kind: KindAudit, What: e.Action, About: e.Channel + " " + e.ID, Why: why,
			Command: &Command{Channel: e.Channel, ID: e.ID, Name: e.Name, Actor: e.Actor, Odoo: e.Odoo.Name, Detail: detail}}
	}
	return err
}

// progressOf tells when a command came, and what it is at.
func progressOf(c *said) []Line {
	line := func(what, detail string) Line {
		return Line{Time: c.Received, Kind: KindCommand, What: what, About: c.Channel + " " + c.ID, Why: c.why,
			Command: &Command{Channel: c.Channel, ID: c.ID, Name: c.Name, State: string(c.State), Odoo: c.Odoo.Name, Detail: detail}}
	}
	received := "subject " + c.Subject
	if c.Attempts > 1 {
		received += fmt.Sprintf(", tried %d times", c.Attempts)
	}
	lines := []Line{line(c.Name+" received", received)}
	now := line("", "")
	now.Time = c.Due
	switch {
	case c.State == store.CommandWaiting:
		now.What, now.Detail = c.Name+" waits", "for "+strings.Join(c.WaitsFor, ", ")+"; looked at again then"
	case c.State == store.CommandParked && len(c.WaitsFor) > 0:
		now.Time = c.Settled
		now.What, now.Detail = c.Name+" is parked", "goes on by itself when there is "+strings.Join(c.WaitsFor, ", ")
	case c.State == store.CommandReceived && c.Error != "":
		now.What, now.Detail = c.Name+" is tried again then", fmt.Sprintf("after %d attempts; the last: %s", c.Attempts, c.Error)
	case c.State == store.CommandReceived:
		now.What, now.Detail = c.Name+" is in line", c.behind
	case c.State == store.CommandApplying:
		now.What, now.Detail = c.Name+" is being applied", fmt.Sprintf("attempt %d", c.Attempts)
	default:
		return lines
	}
	return append(lines, now)
}

func lineOfResult(c *said, r *store.Result) Line {
	var e struct {
		Time time.Time `json:"time"`
		Data struct {
			Outcome string `json:"outcome"`
		} `json:"data"`
	}
	_ = json.Unmarshal(r.Body, &e) // the bridge has written it
	where := r.RoutingKey
	if where == "" {
		where = r.ReplyTo
	}
	detail := "sent to " + where
	if !r.Sent {
		detail = "not sent yet to " + where
	}
	return Line{Time: e.Time.Truncate(time.Microsecond), Kind: KindResult, What: "answered " + e.Data.Outcome, About: c.Channel + " " + c.ID, Why: c.why,
		Command: &Command{Channel: c.Channel, ID: c.ID, Name: c.Name, State: string(c.State), Odoo: c.Odoo.Name, Detail: detail}}
}

// open are the states in which a command may hold others back.
var open = []store.CommandState{store.CommandReceived, store.CommandApplying, store.CommandWaiting}

// findBehind says which command holds back one that is in line, if any does: an earlier one about the
// same thing, as the ledger orders them.
func (f *finder) findBehind(ctx context.Context, c *said) error {
	if c.State != store.CommandReceived || c.Error != "" {
		return nil
	}
	for _, key := range c.Keys {
		list, err := f.src.Commands.Commands(ctx, store.CommandFilter{Key: key, States: open, Limit: mostCommands})
		if err != nil {
			return err
		}
		for i := range list {
			other := &list[i]
			if other.Seq < c.Seq && (other.State != store.CommandWaiting || len(other.Keys) > 0 && other.Keys[0] == key) {
				c.behind = fmt.Sprintf("behind %s %s of %s, which is %s (%s)", other.Name, other.ID, other.Channel, other.State, key)
				return nil
			}
		}
	}
	return nil
}
