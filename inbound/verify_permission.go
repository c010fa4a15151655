package inbound

import (
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
)

// noKey is a binding key that nobody uses.
const noKey = "odoobridge.check.8b1f6a52"

// permitted asks for the permissions that an object is used with, each in a way that changes nothing, and returns the finding of the first
// that is missing, or else f.
func (a asker) permitted(o object, f Finding) (Finding, error) {
	for _, q := range a.questions(o) {
		refusal, err := a.ask(q.ask)
		if err != nil {
			return f, err
		}
		if refusal != nil && refusal.Code == amqp.AccessRefused {
			return a.refused(o, q.permission, refusal), nil
		}
	}
	return f, nil
}

// question is one permission. It is answered by AccessRefused, or by anything else: what is asked for never comes about.
type question struct {
	permission string
	ask        func(*amqp.Channel) error
}

func (a asker) questions(o object) (all []question) {
	if a.cfg.RabbitMQ.Topology == "declare" && len(o.bound) > 0 { // all are of the same exchange
		all = append(all, question{broker.Binding(o.name), func(ch *amqp.Channel) error {
			return ch.QueueUnbind(o.name, noKey, o.bound[0].exchange, nil)
		}})
	}
	switch {
	case o.exchange && o.name == ExchangeResults:
		// Publishing would deliver; unbinding asks for the same permission.
		all = append(all, question{broker.Binding(o.name), func(ch *amqp.Channel) error {
			return ch.ExchangeUnbind(o.name, noKey, ExchangeCommands, false, nil)
		}})
	case o.receivedFrom():
		// The permission is looked at before the arguments are, and no consumer comes of these.
		all = append(all, question{"read", func(ch *amqp.Channel) error {
			_, err := ch.Consume(o.name, noKey, false, false, false, false, amqp.Table{"x-priority": "none"})
			return err
		}})
	}
	return all
}
