package apply

import (
	"errors"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// stop ends an attempt with a decision.
type stop struct{ decision command.Outcome }

func (s *stop) Error() string {
	return fmt.Sprintf("%s: %s", s.decision.Kind, s.decision.Problems[0].Message)
}

// problem is a reason with the remedy that its code has.
func problem(code, path, message string) command.Problem {
	return command.ProblemOf(code, path, message)
}

func (r *run) reject(problems ...command.Problem) error {
	return &stop{command.Outcome{Kind: command.Rejected, Problems: problems}}
}

// park leaves it to a person, or to what appears under one of the keys.
func (r *run) park(record command.Reference, p command.Problem, waitsFor ...command.Wait) error {
	return &stop{command.Outcome{Kind: command.Parked, Odoo: record, Problems: []command.Problem{p}, WaitsFor: command.Keys(waitsFor)}}
}

// again is how often a waiting command looks by itself.
const again = 5 * time.Minute

func (r *run) wait(p command.Problem, waitsFor ...command.Wait) error {
	return &stop{command.Outcome{Kind: command.Waiting, Problems: []command.Problem{p}, WaitsFor: command.Keys(waitsFor), After: again}}
}

// parkAll parks with several reasons at once, so that a person mends them in one go.
func parkAll(problems []command.Problem, waitsFor []command.Wait) error {
	if len(problems) == 0 {
		return nil
	}
	return &stop{command.Outcome{Kind: command.Parked, Problems: problems, WaitsFor: command.Keys(waitsFor)}}
}

// lacks gathers what is missing in Odoo or in the configuration, so that a person hears of all of it at once.
type lacks struct {
	problems []command.Problem
	keys     []string
}

// add takes the error of a step that found something missing, which others may yet do; any other comes back.
func (l *lacks) add(err error) error {
	var s *stop
	if !errors.As(err, &s) || s.decision.Kind != command.Parked || len(s.decision.WaitsFor) == 0 {
		return err
	}
	l.problems, l.keys = append(l.problems, s.decision.Problems...), append(l.keys, s.decision.WaitsFor...)
	return nil
}

// stop parks with all that was gathered; nil when nothing was.
func (l *lacks) stop() error {
	if len(l.problems) == 0 {
		return nil
	}
	return &stop{command.Outcome{Kind: command.Parked, Problems: l.problems, WaitsFor: l.keys}}
}

// outcome turns what a doer returned into the answer.
func (r *run) outcome(record command.Reference, err error) (command.Outcome, error) {
	var decided *stop
	switch {
	case err == nil:
		return command.Outcome{Kind: command.Applied, Odoo: record, Also: r.also, Problems: r.reports}, nil
	case errors.As(err, &decided):
		out := decided.decision
		out.Also = append(out.Also, r.also...)
		return out, nil
	}
	var call *odoo.Error
	if !errors.As(err, &call) {
		return command.Outcome{}, err
	}
	if call.Kind == odoo.Missing && r.noted(noteVanished) == "" {
		return command.Outcome{}, r.vanished(call)
	}
	if call.Decided() {
		if record.ID == 0 {
			record = command.Reference{}
		}
		return command.Outcome{Kind: command.Parked, Odoo: record, Also: r.also, Problems: r.refusal(call)}, nil
	}
	return command.Outcome{}, &command.RetryError{After: r.x.patience(call), Err: err}
}

// noteVanished says of which call Odoo said that its record is gone.
const noteVanished = "vanished"

var errVanished = errors.New("a record that was there a moment ago was deleted or merged by somebody")

// vanished has the next attempt look for everything anew: whom a customer was merged into, whether there is still what a channel means.
// Once: what is gone then is missing for another reason.
func (r *run) vanished(call *odoo.Error) error {
	if err := r.note(noteVanished, call.Call); err != nil {
		return err
	}
	return &command.RetryError{Err: fmt.Errorf("%w: %w", errVanished, call)}
}

// patience is when to try again. After an ambiguous failure Odoo must be done with
// the call, so that what is read back stays true; but for a call that only reads: what this attempt changed before it was
// answered, and what an earlier one may have left open was waited for then.
func (x *Executor) patience(call *odoo.Error) time.Duration {
	switch call.Kind {
	case odoo.Ambiguous:
		if call.OnlyReads() {
			return 0
		}
		return x.settle
	case odoo.Paused, odoo.Limited:
		return call.After
	}
	return 0
}

// absent says whether Odoo has not got a model or method, or not for the bridge's user.
func absent(err error) bool { return odoo.IsKind(err, odoo.Faulty, odoo.Access, odoo.User) }

// errMoving is goods that move while they are counted.
var errMoving = errors.New("the stock moves while it is counted")
