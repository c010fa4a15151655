package store

import (
	"context"
	"errors"
	"time"
)

// ErrState reports that a command is not in a state in which what was asked for
// can be done to it: retrying one that is applied.
var ErrState = errors.New("the command is not in a state for that")

// ErrUnknown reports a command that the ledger does not have.
var ErrUnknown = errors.New("the ledger has no such command")

// TakenBytes bounds what is taken at a time, by the bodies of the commands but the last. Small commands are not bounded by it.
const TakenBytes = 2 << 20

// Ledger is what the bridge remembers of commands. All methods are safe for
// concurrent use. What is written by calls that wait at the same time becomes durable together. After
// ErrLost nothing is known of what was written last, and nothing is written any more: the ledger is to be opened again.
//
// A command is open while it is received, waiting or applying. Open commands that
// share one of their Keys follow one another: a later one is not taken while an earlier
// one is received or applying, nor while one waits whose first key they share, unless
// the earlier one waits for what the later one provides. Of commands that share
// any key, one at most is applying.
type Ledger interface {
	// Claim keeps commands that have arrived, durably, as received and in the order given. They may be taken a moment before they are
	// durable; Calling waits for that. One whose channel and
	// id are there already is not kept: what was claimed first is returned in its place.
	Claim(ctx context.Context, commands ...*Command) ([]Claim, error)
	// Refuse keeps a command that will not be carried out, as rejected, with its result and audit
	// entry, durably. Of a command whose channel and id are there already only the result and the entry are kept.
	Refuse(ctx context.Context, c *Command, s *Settlement) error
	// Answer keeps results for a command that is there already.
	Answer(ctx context.Context, results []Result) error

	// Take hands out at most n commands of the workload that are due and that no other
	// holds back, in the order in which they became due, and marks them as applying; none after those whose
	// bodies have TakenBytes together. The mark
	// may be lost by a power cut, not by a crash; Attempts counts it all the same.
	Take(ctx context.Context, workload string, n int, now time.Time) ([]Taken, error)
	// TakeNext is Take for somebody who has found nothing due: it waits for commands of the workload to be claimed, and takes them as they
	// are. It returns nothing when wake has something or ctx ends before, and what was taken already if that is so. One
	// at a time may wait for a workload. What a claim kept since the last Take began is not missed.
	TakeNext(ctx context.Context, workload string, n int, now func() time.Time, wake <-chan struct{}) ([]Taken, error)
	// NextDue is when the next command of the workload that no other holds back is due; zero when there is none.
	NextDue(ctx context.Context, workload string) (time.Time, error)
	// Note keeps a word of the command that is being applied, durably.
	Note(ctx context.Context, seq int64, key, value string) error
	// Calling marks a command that is being applied: from now on Odoo may be at work for it, whatever becomes of this process.
	// The mark goes when the command is settled. It may be lost by a power cut, not by a crash. The command itself is durable when
	// Calling returns.
	Calling(ctx context.Context, seq int64) error
	// Recover makes received again what a process that has ended was applying, with a step each, and says how many that were. It is
	// called before the first Take. What was marked as calling, or may have been when power was lost, is due
	// at the given moment at the earliest; the rest is due as it was.
	Recover(ctx context.Context, now, calling time.Time) (int, error)
	// Settle says what became of a command that was taken, durably and at once with its results, audit
	// entry and what it wakes.
	Settle(ctx context.Context, s *Settlement) error

	// Bound returns what an external id was bound to last, by a settlement.
	Bound(ctx context.Context, externalID string) (Binding, bool, error)

	// Bindings returns what external ids were bound to since a moment, by external id, beginning after the given one.
	Bindings(ctx context.Context, since time.Time, after string, limit int) ([]Binding, error)
	// Repeated returns effects of which several applied commands say that they had them, each with another record of Odoo.
	Repeated(ctx context.Context, limit int) ([]Repeated, error)

	// Wake lets commands go on that wait for one of the keys, or are parked until it appears, and returns
	// how many. Empty channel: of any. Each that was parked gets an audit entry by the actor.
	Wake(ctx context.Context, channel string, keys []string, now time.Time, actor string) (int, error)
	// Decide does what a person says to a command that is parked or waiting. It fails with ErrUnknown or ErrState.
	Decide(ctx context.Context, d *Decision) (Command, error)

	// Unsent returns results that were not marked as sent, oldest first, after the given number.
	Unsent(ctx context.Context, after int64, limit int) ([]Result, error)
	// Results returns the answers to a command, sent or not, oldest first. Those that were sent go with their command.
	Results(ctx context.Context, seq int64) ([]Result, error)
	// MarkSent marks results as sent. The mark may be lost by a power cut: they are then sent again.
	MarkSent(ctx context.Context, numbers []int64) error
	// MarkReplied takes the reply queue off results that are still to be sent elsewhere, so that nobody is replied to twice.
	MarkReplied(ctx context.Context, numbers []int64) error
	// Outbox says how many results are not marked as sent, by routing key.
	Outbox(ctx context.Context) ([]OutboxCount, error)

	// Steps returns what is kept of a command's way beside the audit trail, oldest first.
	Steps(ctx context.Context, seq int64) ([]Step, error)

	// Command returns a command by its channel and id.
	Command(ctx context.Context, channel, id string) (Command, bool, error)
	// Commands returns commands that match, by number, oldest first.
	Commands(ctx context.Context, f CommandFilter) ([]Command, error)
	// Audit returns entries that match, oldest first.
	Audit(ctx context.Context, f AuditFilter) ([]AuditEntry, error)
	// Counts says how many commands there are that are not done.
	Counts(ctx context.Context) ([]CommandCount, error)

	// Trim removes done commands, their notes, steps and sent results, that were done before the one moment, what channels have said
	// before it (Newest), audit entries from before the other moment, and sent results of what was no
	// command, at most limit of each. It returns how many it removed: 0 when nothing is left to remove.
	Trim(ctx context.Context, done, audit time.Time, limit int) (int, error)
	// Size is what the ledger occupies, in bytes.
	Size(ctx context.Context) (int64, error)
	Close() error
}

// CommandState is where a command is on its way.
type CommandState string

// The states. A received command becomes applying; applying becomes any other, or received again
// to be retried. Waiting becomes applying when it is due or woken, parked becomes received when somebody decides so.
const (
	CommandReceived  CommandState = "received"
	CommandWaiting   CommandState = "waiting"
	CommandApplying  CommandState = "applying"
	CommandApplied   CommandState = "applied"
	CommandDuplicate CommandState = "duplicate"
	CommandRejected  CommandState = "rejected"
	CommandParked    CommandState = "parked"
	CommandDiscarded CommandState = "discarded"
)

// Done says whether nothing more will happen to a command by itself or by a person.
func (s CommandState) Done() bool {
	switch s {
	case CommandApplied, CommandDuplicate, CommandRejected, CommandDiscarded:
		return true
	}
	return false
}

// Command is a command in the ledger. Claim takes what is above the line.
type Command struct {
	Channel  string
	ID       string // unique in the channel
	Name     string // "order.place"
	Subject  string
	Workload string
	// Effect is what two commands of the channel have in common that are the same wish; "" for none.
	Effect string
	// Said is what Time is compared within: the newest word of the channel on one thing; "" for none.
	Said          string
	Time          time.Time // of the channel; zero when not given
	BasedOn       int64
	Body          []byte // as it arrived
	Digest        string // of what makes two commands of one id the same
	ReplyTo       string
	CorrelationID string
	Keys          []string // what orders it among others; the first is its own thing
	Provides      string   // what commands may wait for until this one is applied; "" for nothing
	Received      time.Time

	// ---- kept by the ledger

	Seq      int64 // counts up in the order of arrival
	State    CommandState
	Attempts int // that were begun, or may have been when power was lost
	Due      time.Time
	Begun    time.Time // first attempt since it was received or last decided upon; zero before
	WaitsFor []string
	Notes    map[string]string
	Edited   []byte // what a person made of the body; nil
	Code     string // of the first problem
	Outcome  []byte // JSON, as the inbound river writes it; nil before there is one
	Error    string // of the last attempt that failed
	Odoo     OdooRecord
	Settled  time.Time // when State last became other than received or applying
}

// OdooRecord is the main record that a command made or changed.
type OdooRecord struct {
	Model string
	ID    int64
	Name  string
}

// Claim is what became of a claim.
type Claim struct {
	Seq   int64
	First *Command // what has the same channel and id already, without its notes; nil: the claim was kept
}

// Taken is a command to be carried out.
type Taken struct {
	Command
	// First is the command that had the same effect before and is applied or parked, without its notes; nil for none.
	First *Command
	// Newest is the time of the newest command that is applied with the same Said; zero for none.
	Newest time.Time
}

// Settlement is what became of a command.
type Settlement struct {
	Seq      int64
	State    CommandState
	Taken    time.Time // when the command was taken: what was provided since is not waited for
	Now      time.Time
	Due      time.Time // of a retry or a wait
	WaitsFor []string  // of waiting or parked
	Begun    time.Time // first attempt; kept for retries
	Code     string
	Outcome  []byte
	Error    string
	Class    string // of Error
	// Interrupted says of a received one that the end of the bridge cut it off.
	Interrupted bool
	Odoo        OdooRecord
	Provided    string // what commands of the channel waited for, and is there now; "" for nothing
	Bindings    []Binding
	Results     []Result
	Audit       []AuditEntry
}

// Binding is which record of Odoo a channel's id means. It is kept for good, so that it is known of a
// record that it was there though somebody deleted it.
type Binding struct {
	ExternalID string // "channel_shopify.customer_7001"
	Model      string // "res.partner"
	Record     int64
}

// Repeated is an effect that was had more than once.
type Repeated struct {
	Channel, Effect string
	ID, Other       string // of two of the commands
	Records         int64  // how many records of Odoo they name
}

// Result is an answer to a channel, in the outbox until it is marked as sent.
type Result struct {
	Number        int64 // assigned by the ledger
	Command       int64 // Seq; 0 when the command is not kept
	ID            string
	RoutingKey    string
	ReplyTo       string
	CorrelationID string
	Body          []byte
	Sent          bool // filled in by Results
}

// OutboxCount is how many results of a routing key are to be sent.
type OutboxCount struct {
	RoutingKey string // "" for what is no command
	Count      int64
	Oldest     int64 // Number of the oldest
}

// Decision is what a person, or the bridge for one, does to a command.
type Decision struct {
	Channel, ID string
	State       CommandState // received: try again; discarded
	Now         time.Time
	Edited      *Command // with received: Body, Keys, Effect, Said, Time, Provides and Subject from now on; nil: as they are
	Outcome     []byte
	Results     []Result
	Audit       AuditEntry
}

// AuditEntry says who did what to which command. It is never changed.
type AuditEntry struct {
	Number  int64 // assigned by the ledger
	Time    time.Time
	Actor   string // "channel shopify", "user anna", "bridge"
	Action  string // "applied", "rejected", "parked", "retry", "discard", "edit", …
	Channel string
	ID      string // of the command
	Name    string
	Subject string
	Code    string
	Odoo    OdooRecord
	Reason  string // a person's, or the problem's message
}

// CommandFilter chooses commands; empty fields choose all.
type CommandFilter struct {
	Channel string
	States  []CommandState
	Name    string
	Code    string
	About   string // id, subject or name in Odoo
	Key     string // one of Keys; every command is looked at
	After   int64  // Seq
	Limit   int    // 0: 100
	// SettledSince leaves out what settled before.
	SettledSince time.Time
}

// AuditFilter chooses audit entries; empty fields choose all.
type AuditFilter struct {
	Channel string
	Actor   string
	Action  string
	About   string // id, subject or name in Odoo
	Since   time.Time
	Until   time.Time
	After   int64 // Number
	Limit   int   // 0: 100
}

// CommandCount is how many commands of a channel are in a state that is not done.
type CommandCount struct {
	Channel  string
	Workload string
	State    CommandState
	Code     string
	Count    int64
	Oldest   time.Time // when the oldest was received
}
