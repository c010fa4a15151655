package inbound

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// Outcomes that results have beside those of executors.
const (
	duplicate = "duplicate"
	discarded = "discarded"
)

// decided is what the ledger keeps of an outcome, and what a result tells.
type decided struct {
	Command  string              `json:"command,omitempty"`
	Subject  string              `json:"subject,omitempty"`
	Outcome  string              `json:"outcome"`
	First    string              `json:"first,omitempty"` // of a duplicate: what became of the first
	Odoo     *command.Reference  `json:"odoo,omitempty"`
	Also     []command.Reference `json:"also,omitempty"`
	Problems []command.Problem   `json:"problems,omitempty"`
}

// cloudEvent is a result as a channel receives it.
type cloudEvent struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Subject     string    `json:"subject,omitempty"`
	Time        time.Time `json:"time"`
	ContentType string    `json:"datacontenttype"`
	Data        decided   `json:"data"`
}

const resultSource = "odoobridge"

func decidedOf(o *command.Outcome) decided {
	d := decided{Outcome: string(o.Kind), Also: o.Also, Problems: placed(o.Problems)}
	if o.Odoo != (command.Reference{}) {
		odoo := o.Odoo
		d.Odoo = &odoo
	}
	return d
}

// placed are an executor's problems with paths into the whole command, as validation writes them: it knows the data alone.
func placed(problems []command.Problem) []command.Problem {
	placed := slices.Clone(problems)
	for i := range placed {
		switch placed[i].Path {
		case "", "basedon", "time", "type":
		default:
			placed[i].Path = "data." + placed[i].Path
		}
	}
	return placed
}

func refusedFor(problems ...command.Problem) decided {
	return decided{Outcome: string(command.Rejected), Problems: problems}
}

// duplicateOf tells the result of the first command.
func duplicateOf(first *store.Command) decided {
	d := decided{}
	if json.Unmarshal(first.Outcome, &d) != nil || d.Outcome == "" {
		d = decided{Outcome: string(first.State)}
	}
	if d.First == "" {
		d.First = d.Outcome
	}
	d.Outcome = duplicate
	return d
}

func (d *decided) code() string {
	if len(d.Problems) > 0 {
		return d.Problems[0].Code
	}
	return ""
}

func (d *decided) record() store.OdooRecord {
	if d.Odoo == nil {
		return store.OdooRecord{}
	}
	return store.OdooRecord{Model: d.Odoo.Model, ID: d.Odoo.ID, Name: d.Odoo.Name}
}

func (d *decided) reason() string {
	if len(d.Problems) > 0 {
		return d.Problems[0].Message
	}
	return ""
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values have a JSON form
	}
	return text
}

// resultName is a command's id, or what stands for it where a message has none: two such
// messages must not have one answer.
func resultName(c *store.Command) string {
	if c.ID != "" {
		return c.ID
	}
	return "-/" + digestOf(c.Body, []byte(c.CorrelationID))
}

// digestOf is a digest of what tells answers apart.
func digestOf(parts ...[]byte) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// partOf is what tells an answer that is given at once from others to the same id.
func (d *decided) partOf() string {
	if d.Outcome == duplicate {
		return "again-" + d.First
	}
	return "refused-" + digestOf(encode(d.Problems))
}

// resultOf writes the answer to a command. part tells several results of one command apart; the same
// answer always has the same id.
func resultOf(c *store.Command, d decided, part string, now time.Time) store.Result {
	d.Command, d.Subject = c.Name, c.Subject
	id := fmt.Sprintf("%s/%s/%s", c.Channel, resultName(c), part)
	name := c.Name
	if _, known := schema.CommandNamed(name); !known {
		name = "unknown"
	}
	return store.Result{
		ID: id, RoutingKey: c.Channel + "." + name + "." + d.Outcome, ReplyTo: c.ReplyTo, CorrelationID: c.CorrelationID,
		Body: encode(cloudEvent{SpecVersion: "1.0", ID: id, Source: resultSource, Type: "result", Subject: c.ID, Time: now.UTC(), ContentType: "application/json", Data: d}),
	}
}

// auditOf is the entry of what became of a command.
func auditOf(c *store.Command, d *decided, now time.Time) store.AuditEntry {
	return store.AuditEntry{
		Time: now, Actor: "channel " + c.Channel, Action: d.Outcome, Channel: c.Channel, ID: c.ID, Name: c.Name, Subject: c.Subject,
		Code: d.code(), Odoo: d.record(), Reason: d.reason(),
	}
}
