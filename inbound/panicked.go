package inbound

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/schema"
)

// mostPanics is how many attempts of a command may panic. The first may have met an odd answer; what panics every
// time does so for ever, and holds up all that follows it.
const mostPanics = 3

// notePanics keeps how many there were. It outlives a decision of a person: who has the command tried again gives it one attempt more.
const notePanics = "panics"

// panickedError is a panic while a command was carried out or read: what and where, without any value.
type panickedError struct{ what string }

func (e *panickedError) Error() string {
	return "the bridge itself failed: " + e.what
}

// Class is that of its attempts.
func (e *panickedError) Class() string { return "panic" }

// panicked tells of a panic and counts it. What came out of it is the error.
func (i *Inbound) panicked(channel, name string, failure any) error {
	e := &panickedError{telemetry.Panic(failure)}
	i.log.Error("carrying out a command panicked: a fault of the bridge", telemetry.KeyChannel, channel, telemetry.KeyCommand, name, telemetry.KeyError, e.what,
		telemetry.KeyRemedy, "report it with this line; the command is parked when it happens again and again", "stack", string(debug.Stack()))
	i.meter.Panicked(channel, name)
	return e
}

// poisoned parks a command of which too many attempts have panicked. nil: it is tried again.
func (i *Inbound) poisoned(ctx context.Context, t *store.Taken, err error, now time.Time) *store.Settlement {
	if !errors.As(err, new(*panickedError)) {
		return nil
	}
	before, _ := strconv.Atoi(t.Notes[notePanics])
	count := before + 1
	if err := i.persist(ctx, func() error { return i.ledger.Note(ctx, t.Seq, notePanics, strconv.Itoa(count)) }); err != nil {
		return nil // settling says so too
	}
	if count < mostPanics {
		return nil
	}
	d := decided{Outcome: string(command.Parked), Problems: []command.Problem{{Code: schema.CodeFault, Message: fmt.Sprintf("%s (attempt %d)", err.Error(), t.Attempts),
		Remedy: "Nothing is wrong with the command. The bridge's administrator reports it with the line of the log, and has it tried again with a version that is mended (`odoobridge exceptions retry`)."}}}
	return settlement(&t.Command, d, store.CommandParked, now)
}

// admitted is admit for what may make the bridge fail: that message is refused and kept as a dead letter, and its neighbours pass. The
// bridge would else receive it again after every start.
func (i *Inbound) admitted(q queue, m *message.Message) (c *store.Command, r *refusal) {
	defer func() {
		if failure := recover(); failure != nil {
			err := i.panicked(q.channel, "unknown", failure)
			c = &store.Command{Channel: q.channel, Workload: q.workload, Body: m.Payload, ReplyTo: m.Metadata[metaReplyTo], CorrelationID: m.Metadata[metaCorrelation], Received: i.now()}
			r = deadFor(schema.CodeFault, "", err.Error(), "Nothing need be wrong with the command. The bridge's administrator reports it; send it again, with a new id, to a version that is mended.")
		}
	}()
	return i.admit(q, m)
}
