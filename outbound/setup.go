package outbound

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// Setup brings the topology about, as the mode wants: declare makes what is
// missing, verify only looks, none does nothing. What exists is never changed;
// how it differs is a finding. An error means that the broker could not be
// asked: publishers see to their own queue when they can.
func (b *Broker) Setup(ctx context.Context) ([]Finding, error) {
	if b.mode == ModeNone {
		return nil, nil
	}
	conn, err := b.dialer.Dial(ctx, appID+" setup")
	if err != nil {
		return nil, err
	}
	defer conn.ShutDown(closeTimeout)
	p := prober{conn: conn}
	var findings []Finding
	for _, o := range b.topology.objects() {
		f, err := b.setUp(ctx, p, o)
		if err != nil {
			return findings, fmt.Errorf("set up %s: %w", o, err)
		}
		findings = append(findings, f)
	}
	return findings, b.bindAll(ctx, p, &findings)
}

// setUp looks at one object, and makes it if it is missing and ours to make.
func (b *Broker) setUp(ctx context.Context, p prober, o object) (Finding, error) {
	found, err := p.exists(ctx, o)
	switch {
	case err != nil:
		return Finding{}, err
	case found:
		return b.compare(ctx, p, o)
	case b.mode != ModeDeclare:
		return b.missing(o), nil
	}
	if err := p.declare(ctx, o); err != nil {
		return b.cannotDeclare(o, err)
	}
	b.log.Info("declared what was missing at the broker", slog.String(telemetry.KeyObject, o.String()))
	return Finding{Object: o.String(), Have: "declared", Want: o.want()}, nil
}

func (b *Broker) bindAll(ctx context.Context, p prober, findings *[]Finding) error {
	if b.mode != ModeDeclare || Worst(*findings) == Error {
		return nil
	}
	for _, binding := range b.topology.Bindings {
		err := p.bind(ctx, binding)
		if hasCode(err, amqp.AccessRefused) {
			*findings = append(*findings, b.refused(binding.String(), broker.Binding(binding.Queue), err))
			continue
		}
		if err != nil {
			return fmt.Errorf("make %s: %w", binding, channelErrorOf(err))
		}
	}
	return nil
}

// compare declares what exists once more, which changes nothing: the broker
// then says in what it differs.
func (b *Broker) compare(ctx context.Context, p prober, o object) (Finding, error) {
	err := p.declare(ctx, o)
	if err == nil {
		return Finding{Object: o.String(), Have: "there, " + o.want(), Want: o.want()}, nil
	}
	if b.mode == ModeVerify && hasCode(err, amqp.AccessRefused) {
		// Whoever only verifies need not be allowed to declare.
		return Finding{Object: o.String(), Have: "there", Want: o.want()}, nil
	}
	return b.cannotDeclare(o, err)
}

// cannotDeclare makes a finding of the broker's refusal.
func (b *Broker) cannotDeclare(o object, err error) (Finding, error) {
	var refusal *amqp.Error
	if !errors.As(err, &refusal) || !refusal.Server {
		return Finding{}, channelErrorOf(err)
	}
	if refusal.Code == amqp.AccessRefused {
		return b.refused(o.String(), "configure", err), nil
	}
	if d, ok := parseDifference(refusal.Reason); ok {
		return o.differs(d), nil
	}
	return Finding{
		Severity: Error, Object: o.String(), Have: refusal.Reason, Want: o.want(),
		Remedy: "The broker does not take it as it is wanted; rabbitmq.queue_type chooses between quorum and classic.",
	}, nil
}

func (b *Broker) missing(o object) Finding {
	return Finding{
		Severity: Error, Object: o.String(), Have: "missing", Want: o.want(),
		Remedy: "Declare it, or set rabbitmq.topology to declare.",
	}
}

// want describes an object as it is wanted.
func (o object) want() string {
	if o.exchange {
		return "durable, type " + o.kind
	}
	return "durable, " + o.kind
}

// differs is the finding of an object that is there and is not as wanted.
func (o object) differs(d difference) Finding {
	f := Finding{
		Severity: Error, Object: o.String(),
		Have: fmt.Sprintf("%s is %s", d.property, orNone(d.have)),
		Want: fmt.Sprintf("%s %s", d.property, orNone(d.want)),
		Remedy: "Nothing at the broker is changed by the bridge. When it may be lost, delete it and start again; " +
			"a queue's messages can be moved with a shovel first.",
	}
	if d.property == "x-queue-type" {
		if o.kind == Classic && d.have == "" {
			return Finding{Object: o.String(), Have: "there, " + o.want(), Want: o.want()}
		}
		// It delivers all the same.
		f.Severity = Warning
		f.Remedy = "Set rabbitmq.queue_type to what is there, or let the queue run empty, delete it and start again."
	}
	return f
}

func orNone(value string) string {
	if value == "" {
		return "not set"
	}
	return fmt.Sprintf("%q", value)
}

// String names a binding.
func (b Binding) String() string {
	return fmt.Sprintf("binding of queue %q to exchange %q", b.Queue, b.Exchange)
}
