package command

import (
	"context"
	"encoding/json"
	"time"
)

// Command is one wish of a channel, as it was published, valid by the schema of its name.
type Command struct {
	Channel string
	ID      string            // CloudEvents id, unique per channel
	Name    string            // "order.place"
	Subject string            // the channel's own id of the thing
	Time    time.Time         // CloudEvents time; zero when not given
	BasedOn int64             // revision of the bridge's document the channel had seen; 0: none
	Data    json.RawMessage   // valid by the command's schema
	Attempt int               // 1 for the first
	Notes   map[string]string // what earlier attempts wrote down (see Note)
	// Parked is the code of the problem that it was parked for, when a person, or something that appeared, has it
	// tried again; "" for none. A person who does so has decided what the problem left open.
	Parked string
}

// Note keeps a word about a step durably before the step is taken, so that a
// later attempt can resolve what an earlier one left open. A second word under the same key replaces the first. An executor may
// call it beside its other work, and has ended such calls when Execute returns.
type Note func(ctx context.Context, key, value string) error

// NoteCalling is the key of a note that is a mark only: the executor writes it before the first call of an
// attempt that changes something in Odoo, or while it makes the last ones before that. A process that ends afterwards may leave Odoo at work: the command is executed again when
// Odoo cannot be at work for it any more (config.Odoo.CallTimeout). It costs no sync of the disk, and goes when the attempt ends.
const NoteCalling = "calling"

// Executor carries out one command. It is called again after a crash or a
// failure and must then resolve what was already done.
type Executor interface {
	// Execute answers what became of the command. An error means: not decided yet, try
	// again later (a *RetryError says when); everything that never will work is an Outcome.
	Execute(ctx context.Context, c Command, note Note) (Outcome, error)
	// Aggregates are the things whose commands must follow one another:
	// "customer/shopify/7001", "order/shopify/5001", "stock/17/WH". It reads nothing but the command.
	Aggregates(c Command) []string
}
