package outbound

import (
	"context"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/config"
)

// What to do about the topology.
const (
	ModeDeclare = "declare" // declare what is missing
	ModeVerify  = "verify"  // say what is missing
	ModeNone    = "none"    // somebody else's business
)

// Queue types.
const (
	Quorum  = "quorum"
	Classic = "classic"
)

// Names that are the same everywhere.
const (
	ExchangeEvents     = "odoo.events"     // every event, for whoever wants to listen
	ExchangeUnroutable = "odoo.unroutable" // alternate exchange of those where nothing may be lost
	QueueUnroutable    = "odoo.unroutable"
)

// QueueName is the queue of a channel's lane.
func QueueName(channel, lane string) string { return "channel." + channel + "." + lane }

// Exchange is a durable exchange. It has no arguments: an alternate
// exchange is set by policy, which can be changed later.
type Exchange struct{ Name, Kind string }

// Queue is a durable queue. Its type is all that is fixed when it is declared:
// limits are policies.
type Queue struct{ Name, Type string }

// Binding leads from an exchange to a queue.
type Binding struct{ Exchange, Key, Queue string }

// Topology is what must be at the broker.
type Topology struct {
	Exchanges []Exchange
	Queues    []Queue
	Bindings  []Binding
}

// Wanted is the topology of a configuration: a queue for each lane, the
// exchange of all events where somebody asked for it, and the place for what
// cannot be routed.
func Wanted(cfg *config.Config) Topology {
	kind := cfg.RabbitMQ.QueueType
	if kind == "" {
		kind = Quorum
	}
	t := Topology{
		Exchanges: []Exchange{{ExchangeUnroutable, amqp.ExchangeFanout}},
		Queues:    []Queue{{QueueUnroutable, kind}},
		Bindings:  []Binding{{Exchange: ExchangeUnroutable, Queue: QueueUnroutable}},
	}
	if cfg.RabbitMQ.Firehose {
		t.Exchanges = append(t.Exchanges, Exchange{ExchangeEvents, amqp.ExchangeTopic})
	}
	for _, channel := range cfg.Channels {
		for _, lane := range channel.Lanes {
			t.Queues = append(t.Queues, Queue{QueueName(channel.Name, lane.Name), kind})
		}
	}
	return t
}

// object is an exchange or a queue at the broker.
type object struct {
	exchange bool
	name     string
	kind     string // exchange type or queue type; empty: not ours
}

func (o object) String() string {
	if o.exchange {
		return fmt.Sprintf("exchange %q", o.name)
	}
	return fmt.Sprintf("queue %q", o.name)
}

// wanted reports whether the topology has it.
func (o object) wanted() bool { return o.kind != "" }

// objects are all of them, those first that others are bound to.
func (t Topology) objects() []object {
	all := make([]object, 0, len(t.Exchanges)+len(t.Queues))
	for _, e := range t.Exchanges {
		all = append(all, object{exchange: true, name: e.Name, kind: e.Kind})
	}
	for _, q := range t.Queues {
		all = append(all, object{name: q.Name, kind: q.Type})
	}
	return all
}

// address is what a message with that exchange and key is sent to.
func (t Topology) address(exchange, key string) object {
	sought := object{exchange: exchange != "", name: exchange}
	if exchange == "" {
		sought.name = key
	}
	for _, o := range t.objects() {
		if o.exchange == sought.exchange && o.name == sought.name {
			return o
		}
	}
	return sought
}

// bind makes the bindings of an object.
func (t Topology) bind(ctx context.Context, p prober, o object) error {
	for _, b := range t.Bindings {
		if o.exchange && b.Exchange != o.name || !o.exchange && b.Queue != o.name {
			continue
		}
		if err := p.bind(ctx, b); err != nil {
			return fmt.Errorf("bind queue %q to exchange %q: %w", b.Queue, b.Exchange, err)
		}
	}
	return nil
}
