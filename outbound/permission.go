package outbound

import (
	"context"
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
)

// refused is the finding of a missing permission ("configure", "write", "read" or broker.Binding), with the command that grants what
// the bridge needs.
func (b *Broker) refused(object, permission string, err error) Finding {
	have := "access refused"
	var e *amqp.Error
	if errors.As(err, &e) {
		have = broker.Lacking(e.Reason, permission)
	}
	return Finding{
		Severity: Error, Object: object, Have: have,
		Want:   fmt.Sprintf("permission for user %q in virtual host %q", b.dialer.User(), b.dialer.Vhost()),
		Remedy: b.dialer.Grant(),
	}
}

// permissions asks for each permission in a way that changes nothing.
func (b *Broker) permissions(ctx context.Context, p prober, missing []object) ([]Finding, error) {
	var findings []Finding
	for _, q := range b.questions(missing) {
		err := p.ask(ctx, q.ask)
		switch {
		case err == nil || hasCode(err, amqp.NotFound):
			// It is permitted, or there is nothing yet that one could be refused.
		case hasCode(err, amqp.AccessRefused):
			findings = append(findings, b.refused(q.object, q.permission, err))
		default:
			return findings, fmt.Errorf("ask for permission on %s: %w", q.object, channelErrorOf(err))
		}
	}
	return findings, nil
}

type question struct {
	object     string
	permission string
	ask        func(*amqp.Channel) error
}

// noKey is a binding key and queue name that nobody uses.
const noKey = "odoobridge.check.8b1f6a52"

func (b *Broker) questions(missing []object) []question {
	var all []question
	if b.mode == ModeDeclare {
		for _, o := range missing {
			all = append(all, question{o.String(), "configure", o.mayConfigure})
		}
		for _, binding := range b.topology.Bindings {
			all = append(all, question{binding.String(), broker.Binding(binding.Queue), func(ch *amqp.Channel) error {
				return ch.QueueUnbind(binding.Queue, noKey, binding.Exchange, nil)
			}})
		}
	}
	for _, e := range b.topology.Exchanges {
		if e.Name == ExchangeUnroutable {
			continue
		}
		// Publishing would deliver; unbinding asks for the same permission.
		all = append(all, question{"publishing to exchange \"" + e.Name + "\"", broker.Binding(e.Name), func(ch *amqp.Channel) error {
			return ch.ExchangeUnbind(e.Name, noKey, ExchangeUnroutable, false, nil)
		}})
	}
	return all
}

// mayConfigure asks whether a missing object could be declared. Deleting needs
// the same permission, and deletes nothing: there is nothing, and would there be
// something by now, it would have to be empty and unused.
func (o object) mayConfigure(ch *amqp.Channel) error {
	if o.exchange {
		return ch.ExchangeDelete(o.name, true, false)
	}
	_, err := ch.QueueDelete(o.name, true, true, false)
	return err
}
