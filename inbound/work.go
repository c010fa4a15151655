package inbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/schema"
)

// carryOut brings one command to an outcome, or to its next attempt. since is when the bridge's own time began.
func (i *Inbound) carryOut(ctx, applying context.Context, t store.Taken, since time.Time) {
	i.failpoint("taken")
	began := i.now()
	if ctx.Err() != nil {
		return // nothing was done: the next start receives it again
	}
	i.come.begin(t.Seq, began)
	defer i.come.end(t.Seq)
	s, called := i.decide(applying, &t, began)
	i.starts.changes.Add(1) // before anybody can know that it has ended
	s.Seq, s.Taken, s.Now = t.Seq, began, i.now()
	i.failpoint("executed")
	// What was done in Odoo is written down even while the bridge stops.
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := i.persist(settling, func() error { return i.ledger.Settle(settling, s) }); err != nil {
		i.log.Error("what became of a command cannot be written: it will be looked at again", telemetry.KeyChannel, t.Channel, telemetry.KeyError, err.Error())
		return
	}
	i.failpoint("settled")
	if err := i.persist(settling, func() error { return i.notMissed(settling, &t.Command, s.WaitsFor) }); err != nil {
		i.log.Warn("a command may have missed what it waits for: it looks again after the next start", telemetry.KeyChannel, t.Channel, telemetry.KeyError, err.Error())
	}
	poke(i.answer)
	if s.State != store.CommandReceived && s.State != store.CommandWaiting {
		now := i.now()
		i.meter.Command(t.Channel, t.Name, string(s.State), now.Sub(t.Received), now.Sub(since)-called)
	}
}

// decide finds out what becomes of a command: from what is known of it, or by its execution, and how long Odoo was called for it.
func (i *Inbound) decide(ctx context.Context, t *store.Taken, now time.Time) (s *store.Settlement, calls time.Duration) {
	if t.First != nil {
		d := duplicateOf(t.First)
		if asksOtherwise(t.First, &t.Command) {
			d.Problems = append(d.Problems, doneOtherwise())
		}
		return settlement(&t.Command, d, store.CommandDuplicate, now), 0
	}
	if !t.Time.IsZero() && t.Time.Before(t.Newest) {
		d := refusedFor(command.Problem{Code: schema.CodeConflict, Path: timePath(t.Name),
			Message: fmt.Sprintf("the channel has said something newer of this already, as of %s", t.Newest.UTC().Format(time.RFC3339)),
			Remedy:  "Look at the newest state, and send it again with a new id and the time of now if it is still wanted."})
		return settlement(&t.Command, d, store.CommandRejected, now), 0
	}
	did, begun := i.started(t)
	if !begun {
		did = i.run(ctx, &t.Command, func(context.Context) error { return nil }, func() int64 { return t.Seq })
	}
	outcome, err := did.outcome, did.err
	if ctx.Err() != nil && err != nil {
		return i.interrupted(t, err, did.called), outcome.Called
	}
	if err != nil {
		if s := i.poisoned(ctx, t, err, now); s != nil {
			return s, outcome.Called
		}
		i.meter.Retried(t.Channel, t.Name)
		return i.again(t, err, now), outcome.Called
	}
	return i.settle(t, &outcome, now), outcome.Called
}

// run runs the executor. What it panics with is an error like others: one command must not end the bridge. A note waits until
// the command is taken; its number is known then.
func (i *Inbound) run(ctx context.Context, c *store.Command, taken func(context.Context) error, seq func() int64) (did execution) {
	defer func() {
		if r := recover(); r != nil {
			did.err = i.panicked(c.Channel, c.Name, r)
		}
	}()
	data, err := dataOf(c)
	if err != nil {
		return execution{err: fmt.Errorf("read the command again: %w", err)}
	}
	note := func(ctx context.Context, key, value string) error {
		if err := taken(ctx); err != nil {
			return err
		}
		if key != command.NoteCalling {
			return i.ledger.Note(ctx, seq(), key, value)
		}
		did.called = true
		return i.ledger.Calling(ctx, seq())
	}
	did.outcome, did.err = i.executor.Execute(ctx, commandOf(c, data), note)
	return did
}

// interrupted puts off a command that the end of the bridge cut off, for as long as Odoo may be at work for it.
func (i *Inbound) interrupted(t *store.Taken, err error, called bool) *store.Settlement {
	var pause time.Duration
	var retry *command.RetryError
	if errors.As(err, &retry) {
		pause = retry.After
	} else if called {
		pause = i.atWork
	}
	return &store.Settlement{State: store.CommandReceived, Due: i.now().Add(pause), Begun: t.Begun, Error: err.Error(), Class: classOf(err), Interrupted: true}
}

// classOf is the class of an error that has one, as Odoo's have: "busy", "not_sent".
func classOf(err error) string {
	var classed interface{ Class() string }
	if errors.As(err, &classed) {
		return classed.Class()
	}
	return "other"
}

// outlive is a context that ends a grace after ctx, or with it when another bridge may be at work.
func (i *Inbound) outlive(ctx context.Context) (applying context.Context, end func()) {
	applying, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var grace *time.Timer
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		if i.grace <= 0 || i.held() != nil {
			cancel()
			return
		}
		grace = time.AfterFunc(i.grace, cancel)
	})
	return applying, func() {
		if !stop() {
			<-ended
			if grace != nil {
				grace.Stop()
			}
		}
		cancel()
	}
}

const (
	retryFirst = time.Second
	retryMost  = 5 * time.Minute
	retryOdoo  = time.Minute // the most for what is Odoo's, which may be well again at any moment
	lookAgain  = time.Minute // for what nobody tells the bridge of
)

// backOff doubles from a second to the most, give or take a fifth, so that commands that
// failed together do not come again together.
func backOff(attempt int, most time.Duration) time.Duration {
	pause := retryFirst << min(max(attempt-1, 0), 9)
	pause = min(pause, most)
	return time.Duration(float64(pause) * (0.8 + 0.4*rand.Float64())) //nolint:gosec // no secret
}

// again puts a command off after an attempt that decided nothing, or parks it when patience is at its end.
// A *RetryError is about Odoo, not about the command: that time does not count.
func (i *Inbound) again(t *store.Taken, err error, now time.Time) *store.Settlement {
	begun := t.Begun
	pause := backOff(t.Attempts, retryMost)
	var retry *command.RetryError
	if errors.As(err, &retry) {
		begun = time.Time{}
		// Attempts that were not the command's fault, and that it looked again, count too.
		if pause = backOff(t.Attempts, retryOdoo); retry.After > 0 {
			pause = retry.After
		}
	} else if begun.IsZero() {
		begun = now
	}
	i.log.Warn("a command is tried again", telemetry.KeyChannel, t.Channel, telemetry.KeyAttempt, t.Attempts, telemetry.KeyWait, pause, telemetry.KeyError, err.Error())
	if !begun.IsZero() && now.Sub(begun) > i.config().Commands.Patience {
		d := decided{Outcome: string(command.Parked), Problems: []command.Problem{{Code: schema.CodeTooManyTries, Message: "no attempt decided it; the last: " + err.Error(),
			Remedy: "mend the cause, then `odoobridge exceptions retry`"}}}
		return settlement(&t.Command, d, store.CommandParked, now)
	}
	return &store.Settlement{State: store.CommandReceived, Due: now.Add(pause), Begun: begun, Error: err.Error(), Class: classOf(err)}
}

// settle turns an outcome into what the ledger keeps.
func (i *Inbound) settle(t *store.Taken, o *command.Outcome, now time.Time) *store.Settlement {
	s := i.settleAs(t, o, now)
	for _, b := range o.Bindings {
		s.Bindings = append(s.Bindings, store.Binding(b))
	}
	return s
}

func (i *Inbound) settleAs(t *store.Taken, o *command.Outcome, now time.Time) *store.Settlement {
	d := decidedOf(o)
	begun := t.Begun
	if begun.IsZero() {
		begun = now
	}
	switch o.Kind {
	case command.Applied:
		s := settlement(&t.Command, d, store.CommandApplied, i.now())
		s.Provided = t.Provides
		return s
	case command.Rejected:
		return settlement(&t.Command, d, store.CommandRejected, i.now())
	case command.Waiting:
		if now.Sub(begun) <= i.config().Commands.Patience {
			after := o.After
			if after <= 0 {
				after = lookAgain
			}
			return &store.Settlement{State: store.CommandWaiting, Due: now.Add(after), Begun: begun, WaitsFor: o.WaitsFor, Code: d.code(), Outcome: encode(d)}
		}
		d.Outcome = string(command.Parked)
	}
	s := settlement(&t.Command, d, store.CommandParked, i.now())
	s.WaitsFor = o.WaitsFor
	if bytes.Equal(s.Outcome, t.Outcome) {
		s.Results = nil // it was looked at again, in vain: the channel knows
	}
	return s
}

// settlement ends a command with a result and an audit entry.
func settlement(c *store.Command, d decided, state store.CommandState, now time.Time) *store.Settlement {
	kept := d
	part := fmt.Sprint(c.Attempts)
	return &store.Settlement{
		State: state, Code: d.code(), Outcome: encode(kept), Odoo: d.record(),
		Results: []store.Result{resultOf(c, d, part, now)}, Audit: []store.AuditEntry{auditOf(c, &d, now)},
	}
}
