package inbound

import (
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/config"
)

// object is an exchange or a queue at the broker.
type object struct {
	name, kind string
	exchange   bool
	bound      []binding // of a queue
}

// binding is what leads to a queue.
type binding struct{ exchange, key string }

func (o object) String() string {
	if o.exchange {
		return "exchange " + o.name
	}
	return "queue " + o.name
}

func (o object) want() string {
	if o.exchange {
		return "a durable topic exchange"
	}
	return "a durable " + o.kind + " queue"
}

// holdsUp says whether nothing is received from it while it is not as wanted. What is sent to a queue arrives in
// one of another type too.
func (o object) holdsUp() bool { return o.exchange || o.receivedFrom() }

func (o object) receivedFrom() bool {
	return !o.exchange && o.name != QueueDead && strings.HasPrefix(o.name, "commands.")
}

func topic(name string) object { return object{name: name, kind: amqp.ExchangeTopic, exchange: true} }

// received is what the commands of a queue need.
func (q queue) received(cfg *config.Config) []object {
	o := object{name: q.name, kind: queueType(cfg)}
	for _, key := range q.keys {
		o.bound = append(o.bound, binding{ExchangeCommands, key})
	}
	return []object{topic(ExchangeCommands), o}
}

// answered is where a channel's results go.
func answered(cfg *config.Config, channel string) object {
	return object{name: ResultQueue(channel), kind: queueType(cfg), bound: []binding{{ExchangeResults, channel + ".#"}}}
}

// objectsOf are all that commands and their results need, each after what it is bound to.
func objectsOf(cfg *config.Config) []object {
	all := []object{topic(ExchangeCommands), topic(ExchangeResults), {name: QueueDead, kind: queueType(cfg)}}
	seen := map[string]bool{}
	for _, q := range queuesOf(cfg) {
		all = append(all, q.received(cfg)[1:]...)
		if !seen[q.channel] {
			seen[q.channel] = true
			all = append(all, answered(cfg, q.channel))
		}
	}
	return all
}

// resultObjects are those of objectsOf that results and dead letters go to.
func resultObjects(cfg *config.Config) (list []object) {
	for _, o := range objectsOf(cfg) {
		if !o.exchange && !o.holdsUp() {
			list = append(list, o)
		}
	}
	return list
}

func (o object) passive(ch *amqp.Channel) error {
	if o.exchange {
		return ch.ExchangeDeclarePassive(o.name, o.kind, true, false, false, false, nil)
	}
	_, err := ch.QueueDeclarePassive(o.name, true, false, false, false, nil)
	return err
}

// declare makes it, or is refused when there is another of that name.
func (o object) declare(ch *amqp.Channel) error {
	if o.exchange {
		return ch.ExchangeDeclare(o.name, o.kind, true, false, false, false, nil)
	}
	_, err := ch.QueueDeclare(o.name, true, false, false, false, amqp.Table{amqp.QueueTypeArg: o.kind})
	return err
}

// bind makes what leads to it.
func (o object) bind(ch *amqp.Channel) error {
	for _, b := range o.bound {
		if err := ch.QueueBind(o.name, b.key, b.exchange, false, nil); err != nil {
			return err
		}
	}
	return nil
}
