package inbound

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// complete fills in what orders a command among others and tells repeated wishes: keys, effect,
// what it provides, and when it was said.
func (i *Inbound) complete(c *store.Command, e *envelope) *command.Problem {
	c.Time, c.BasedOn, c.Digest = e.Time, e.BasedOn, digest(e)
	said, at, effect := sayings(e)
	if !at.IsZero() {
		c.Time = at
	}
	if limit := c.Received.Add(maxAhead); c.Time.After(limit) {
		return &command.Problem{Code: schema.CodeInvalid, Path: timePath(e.Type), Message: "is more than a day ahead", Remedy: "set the clock of what sends"}
	}
	if said != "" {
		c.Said = said
	}
	if effect != "" {
		c.Effect = e.Type + "/" + effect
	}
	if kind, found := provides[e.Type]; found {
		c.Provides = command.Keys([]command.Wait{kind.For(e.Subject)})[0]
	}
	c.Keys = i.executor.Aggregates(commandOf(c, e.Data))
	for _, own := range []string{c.Said, c.Effect} {
		if own != "" {
			c.Keys = append(c.Keys, c.Channel+":"+own)
		}
	}
	c.Keys = unique(c.Keys)
	return nil
}

// provides are the commands that others wait for, with what they wait for.
var provides = map[string]command.WaitKind{
	"customer.upsert": command.WaitCustomer,
	"order.place":     command.WaitOrder,
	"return.request":  command.WaitReturn,
}

// Provides are the beginnings of the keys that a command's own success gives to others that wait.
func Provides() []string {
	var kinds []string
	for _, kind := range provides {
		kinds = append(kinds, kind.String())
	}
	return kinds
}

// timePath is where a command says when it was said.
func timePath(name string) string {
	switch name {
	case "consent.update":
		return "data.decided_at"
	case "stock.count":
		return "data.counted_at"
	}
	return "time"
}

// maxAhead is how far a channel's clock may be ahead: a time far in the future would make
// every later word stale.
const maxAhead = 24 * time.Hour

// sayings are what a command is the channel's newest word on, when that was, and what is its effect.
func sayings(e *envelope) (said string, at time.Time, effect string) {
	switch e.Type {
	case "customer.upsert":
		return "customer.upsert/" + e.Subject, e.Time, ""
	case "consent.update":
		var d schema.ConsentUpdate
		if json.Unmarshal(e.Data, &d) == nil {
			return "consent.update/" + strings.ToLower(d.Email), d.DecidedAt, ""
		}
	case "stock.count":
		var d schema.StockCount
		if json.Unmarshal(e.Data, &d) == nil {
			return strings.Join([]string{"stock.count", d.SKU, d.Barcode, d.Warehouse, d.Location, d.Lot}, "/"), d.CountedAt, ""
		}
	case "payment.record":
		var d schema.PaymentRecord
		if json.Unmarshal(e.Data, &d) == nil {
			return "", time.Time{}, d.Method + "/" + d.TransactionID
		}
	}
	if described, known := schema.CommandNamed(e.Type); known && described.Once != "" {
		return "", time.Time{}, e.Subject
	}
	return "", time.Time{}, ""
}

func unique(list []string) []string {
	var kept []string
	for _, s := range list {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// commandOf is a command as executors know it.
func commandOf(c *store.Command, data json.RawMessage) command.Command {
	return command.Command{
		Channel: c.Channel, ID: c.ID, Name: c.Name, Subject: c.Subject, Time: c.Time, BasedOn: c.BasedOn,
		Data: data, Attempt: c.Attempts, Notes: c.Notes, Parked: parkedFor(c),
	}
}

// CommandOf is a command of a ledger as executors know it, with its data as it arrived or as a person mended it.
func CommandOf(c *store.Command) (command.Command, error) {
	data, err := dataOf(c)
	return commandOf(c, data), err
}

// parkedFor is the code of what a command was parked for last. Its outcome tells, which stays until
// there is another.
func parkedFor(c *store.Command) string {
	var last decided
	if len(c.Outcome) == 0 || json.Unmarshal(c.Outcome, &last) != nil || last.Outcome != string(command.Parked) {
		return ""
	}
	return last.code()
}

// dataOf is the data of a command in the ledger: as it arrived, or as a person mended it.
func dataOf(c *store.Command) (json.RawMessage, error) {
	body := c.Body
	if c.Edited != nil {
		body = c.Edited
	}
	var e envelope
	err := json.Unmarshal(body, &e)
	return e.Data, err
}
