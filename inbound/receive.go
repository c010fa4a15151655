package inbound

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/schema"
)

// receive takes what arrives on a queue into the ledger, as much at a time as is there, and
// acknowledges it then. When the ledger cannot take it, nothing more is received until it can: order holds.
func (i *Inbound) receive(ctx context.Context, q queue, messages <-chan *message.Message) error {
	for {
		batch := gather(ctx, messages, i.config().Commands.Prefetch)
		if batch == nil {
			return nil
		}
		if err := i.persist(ctx, func() error { return i.take(ctx, q, batch) }); err != nil {
			return notEnded(ctx, err) // what was not acknowledged comes again
		}
		i.failpoint("claimed")
		for _, m := range batch {
			m.Ack()
		}
	}
}

// gather waits for one message and returns it with what has come together; nil at the end.
func gather(ctx context.Context, messages <-chan *message.Message, limit int) []*message.Message {
	var batch []*message.Message
	for len(batch) == 0 {
		select {
		case m, more := <-messages:
			if !more {
				return nil
			}
			batch = add(batch, m)
		case <-ctx.Done():
			return nil
		}
	}
	for len(batch) < limit {
		select {
		case m, more := <-messages:
			if !more {
				return batch
			}
			batch = add(batch, m)
		default:
			return batch
		}
	}
	return batch
}

// add leaves out what came on a connection that is lost: it comes again, and so does all that follows it.
func add(batch []*message.Message, m *message.Message) []*message.Message {
	if m.Context().Err() != nil {
		m.Nack()
		return batch
	}
	return append(batch, m)
}

// gone says that the ledger is not to be had any more until it is opened again, by whichever bridge.
func gone(err error) bool {
	return errors.Is(err, store.ErrLost) || errors.Is(err, store.ErrDeposed) || errors.Is(err, store.ErrClosed)
}

// persist tries until it works, ctx ends or the ledger is gone: a full disk is no reason to lose or reorder.
func (i *Inbound) persist(ctx context.Context, do func() error) error {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := do()
		if err == nil || ctx.Err() != nil || gone(err) || errors.Is(err, store.ErrState) || errors.Is(err, store.ErrUnknown) {
			return err
		}
		i.log.Error("the ledger cannot be written; trying again", telemetry.KeyError, err.Error(), telemetry.KeyWait, pause)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take makes durable what became of each message: claimed, refused or answered again.
func (i *Inbound) take(ctx context.Context, q queue, batch []*message.Message) error {
	var wanted []*store.Command
	var from []*message.Message
	flush := func() error {
		if len(wanted) == 0 {
			return nil
		}
		err := i.claim(ctx, wanted, from)
		wanted, from = nil, nil
		return err
	}
	for _, m := range batch {
		c, refusal := i.admitted(q, m)
		if refusal == nil {
			wanted, from = append(wanted, c), append(from, m)
			continue
		}
		// In order: what came before is claimed before this is answered.
		if err := flush(); err != nil {
			return err
		}
		if err := i.refuse(ctx, c, m, refusal); err != nil {
			return err
		}
	}
	if err := flush(); err != nil {
		return err
	}
	poke(i.answer)
	return nil
}

// refusal is why a message is not claimed.
type refusal struct {
	decided
	dead bool // it is no command: its bytes are kept as a dead letter
}

// admit checks a message and makes a command of it, or says why not.
func (i *Inbound) admit(q queue, m *message.Message) (*store.Command, *refusal) {
	c := &store.Command{
		Channel: q.channel, Workload: q.workload, Body: m.Payload, ReplyTo: m.Metadata[metaReplyTo], CorrelationID: m.Metadata[metaCorrelation], Received: i.now(),
	}
	channel := i.config().Channel(q.channel)
	if channel == nil {
		return c, deadFor(schema.CodeNotGranted, "", "the channel is not configured any more", "")
	}
	if user := channel.RabbitMQUser; user != "" && m.Metadata[metaUser] != user {
		return c, deadFor(schema.CodeWrongSender, "", "the message is not by the channel's RabbitMQ user", "publish as that user, with user_id set to it")
	}
	e, problems, unreadable := parse(m.Payload)
	c.ID, c.Name, c.Subject = e.ID, e.Type, e.Subject
	if len(problems) > 0 {
		unknown := problems[0].Code == schema.CodeUnknownCommand
		return c, &refusal{decided: refusedFor(problems...), dead: unreadable || unknown}
	}
	described, _ := schema.CommandNamed(e.Type)
	if !slices.Contains(channel.Commands, e.Type) {
		return c, deadFor(schema.CodeNotGranted, "type", "the channel may not send "+e.Type, "the bridge's administrator grants it in channels."+q.channel+".commands")
	}
	if described.Workload != q.workload {
		return c, deadFor(schema.CodeNotGranted, "type", e.Type+" does not belong on this queue", "publish it to "+ExchangeCommands+" with the routing key "+q.channel+"."+e.Type)
	}
	if problem := i.complete(c, &e); problem != nil {
		return c, &refusal{decided: refusedFor(*problem)}
	}
	return c, nil
}

func deadFor(code, path, message, remedy string) *refusal {
	return &refusal{decided: refusedFor(command.Problem{Code: code, Path: path, Message: message, Remedy: remedy}), dead: true}
}

// refuse keeps the answer, and the bytes of what is no command.
func (i *Inbound) refuse(ctx context.Context, c *store.Command, m *message.Message, r *refusal) error {
	now := i.now()
	s := &store.Settlement{State: store.CommandRejected, Now: now, Code: r.code(), Outcome: encode(r.decided), Audit: []store.AuditEntry{auditOf(c, &r.decided, now)}}
	kept := *c
	if r.dead {
		kept.ID = "" // not kept as a command: the id stays free
		s.Results = append(s.Results, store.Result{ID: c.Channel + "/" + resultName(c) + "/dead", ReplyTo: QueueDead, CorrelationID: r.code(), Body: m.Payload})
	}
	if m.Metadata[metaRedelivered] == "" || c.ID == "" || r.dead {
		s.Results = append(s.Results, resultOf(c, r.decided, r.partOf(), now))
	} else if known, found, err := i.ledger.Command(ctx, c.Channel, c.ID); err != nil {
		return err
	} else if !found || known.State != store.CommandRejected {
		s.Results = append(s.Results, resultOf(c, r.decided, r.partOf(), now))
	}
	if err := i.ledger.Refuse(ctx, &kept, s); err != nil {
		return err
	}
	i.answered(c, nameOf(c), r.Outcome)
	return nil
}

// answered counts an answer that no executor gave.
func (i *Inbound) answered(c *store.Command, name, outcome string) {
	took := i.now().Sub(c.Received)
	i.meter.Command(c.Channel, name, outcome, took, took)
}

// nameOf is a command's name as a metric may have it.
func nameOf(c *store.Command) string {
	if _, known := schema.CommandNamed(c.Name); known {
		return c.Name
	}
	return "unknown"
}

// claim takes commands into the ledger, and answers those that it has already.
func (i *Inbound) claim(ctx context.Context, commands []*store.Command, from []*message.Message) error {
	drop := i.headStart(commands, from)
	claims, err := i.ledger.Claim(ctx, commands...)
	drop()
	if err != nil {
		return err
	}
	var again []store.Result
	var outcomes []string
	var of []*store.Command
	for n, claim := range claims {
		if claim.First == nil {
			continue
		}
		d, answered := repeated(claim.First, commands[n], from[n].Metadata[metaRedelivered] != "")
		if !answered {
			continue
		}
		answer := resultOf(commands[n], d, d.partOf(), i.now())
		answer.Command = claim.First.Seq
		again, outcomes, of = append(again, answer), append(outcomes, d.Outcome), append(of, commands[n])
	}
	if len(again) == 0 {
		return nil
	}
	if err := i.ledger.Answer(ctx, again); err != nil {
		return err
	}
	for n, c := range of {
		i.answered(c, c.Name, outcomes[n])
	}
	return nil
}

// repeated is the answer to a command whose id is in the ledger. There is none while the first is
// under way, whose result answers both, nor to what the broker delivered twice.
func repeated(first, c *store.Command, redelivered bool) (decided, bool) {
	if first.Digest != c.Digest {
		return refusedFor(command.Problem{Code: schema.CodeDuplicateID, Path: "id", Message: "the id was used for another command: its type, subject or data differ", Remedy: "give every command an id of its own; to ask again for the same thing, send the same data"}), true
	}
	asked := first.ReplyTo == c.ReplyTo && first.CorrelationID == c.CorrelationID
	if redelivered && asked || !first.State.Done() && first.State != store.CommandParked {
		return decided{}, false
	}
	return duplicateOf(first), true
}
