package inbound

import (
	"errors"
	"fmt"
	"slices"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

// Names that are the same everywhere.
const (
	ExchangeCommands = "odoo.commands"
	ExchangeResults  = "odoo.results"
	QueueDead        = "commands.dead" // what is no command, with its original bytes
)

// CommandQueue is where a channel's commands of a workload arrive.
func CommandQueue(channel, workload string) string { return "commands." + channel + "." + workload }

// ResultQueue is where a channel's results wait for it.
func ResultQueue(channel string) string { return "results." + channel }

// queue is a queue that commands arrive on.
type queue struct {
	name     string
	channel  string
	workload string
	keys     []string // routing keys that lead to it
}

// queuesOf are the queues of all channels that may send commands. A command that a channel
// may not send leads to one of its queues all the same, so that it is answered and not lost.
func queuesOf(cfg *config.Config) []queue {
	var all []queue
	for i := range cfg.Channels {
		channel := &cfg.Channels[i]
		if len(channel.Commands) > 0 {
			all = append(all, queuesOfChannel(channel)...)
		}
	}
	return all
}

func queuesOfChannel(channel *config.Channel) []queue {
	var list []queue
	for _, workload := range schema.Workloads() {
		if slices.ContainsFunc(schema.Commands(), func(c schema.Command) bool {
			return c.Workload == workload && slices.Contains(channel.Commands, c.Name)
		}) {
			list = append(list, queue{name: CommandQueue(channel.Name, workload), channel: channel.Name, workload: workload})
		}
	}
	for _, c := range schema.Commands() {
		i := slices.IndexFunc(list, func(q queue) bool { return q.workload == c.Workload })
		i = max(i, 0)
		list[i].keys = append(list[i].keys, channel.Name+"."+c.Name)
	}
	return list
}

// asker asks the broker for exchanges and queues, and makes them.
type asker struct {
	conn   *broker.Connection
	cfg    *config.Config
	dialer *broker.Dialer
}

// ask asks on a channel of its own, since a refusal closes it.
func (a asker) ask(question func(*amqp.Channel) error) (*amqp.Error, error) {
	ch, err := a.conn.Channel()
	if err != nil {
		return nil, err
	}
	err = question(ch)
	var refusal *amqp.Error
	if errors.As(err, &refusal) && refusal.Server && !a.conn.IsClosed() {
		return refusal, nil
	}
	if err != nil {
		return nil, err
	}
	return nil, ch.Close()
}

// make makes what is missing of the objects, one after the other. What exists is left as it is: where that is not what is
// wanted, or the broker does not permit it, it fails with a *TopologyError.
func (a asker) make(objects ...object) error {
	for _, o := range objects {
		permission := "configure"
		refusal, err := a.ask(o.declare)
		if err == nil && (refusal == nil || refusal.Code == amqp.PreconditionFailed && !o.holdsUp()) {
			var unbound *amqp.Error
			if unbound, err = a.ask(o.bind); refusal == nil {
				refusal, permission = unbound, broker.Binding(o.name)
			}
		}
		switch {
		case err != nil:
			return fmt.Errorf("declare %s: %w", o, err)
		case refusal != nil && refusal.Code == amqp.AccessRefused:
			return &TopologyError{a.refused(o, permission, refusal), o.exchange, refusal}
		case refusal != nil:
			return &TopologyError{a.differs(o, refusal), o.exchange, refusal}
		}
	}
	return nil
}

// declareCommands makes what a queue of commands needs, and where its channel's answers go. Whoever sends the answers makes that too;
// here it is made so that a channel whose commands can be received finds where their answers come, whichever connection is up first. That it is
// amiss holds up no commands: the other one tells of it.
func (i *Inbound) declareCommands(conn *broker.Connection, name string) error {
	cfg := i.config()
	if cfg.RabbitMQ.Topology != "declare" {
		return nil
	}
	a := asker{conn, cfg, i.dialer}
	for _, q := range queuesOf(cfg) {
		if q.name != name {
			continue
		}
		if err := a.make(q.received(cfg)...); err != nil {
			return err
		}
		err := a.make(topic(ExchangeResults), answered(cfg, q.channel))
		if err != nil && !errors.As(err, new(*TopologyError)) {
			return err
		}
	}
	return nil
}

// TopologyError is an exchange or a queue at the broker that is not as it must be.
type TopologyError struct {
	Finding
	exchange bool
	refusal  *amqp.Error
}

// Error says which, what it is and what it should be.
func (e *TopologyError) Error() string {
	return fmt.Sprintf("%s: %s; wanted: %s", e.Object, e.Have, e.Want)
}

// Unwrap is what the broker said.
func (e *TopologyError) Unwrap() error { return e.refusal }

// WhatToDo is the remedy.
func (e *TopologyError) WhatToDo() string { return e.Finding.Remedy }

func queueType(cfg *config.Config) string {
	if cfg.RabbitMQ.QueueType == "" {
		return "quorum"
	}
	return cfg.RabbitMQ.QueueType
}
