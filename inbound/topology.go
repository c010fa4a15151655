package inbound

import (
	"fmt"
	"slices"

	amqp "github.com/rabbitmq/amqp091-go"

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

// declare makes what commands need at the broker. What exists is left as it is.
func declare(ch *amqp.Channel, cfg *config.Config) error {
	for _, exchange := range []string{ExchangeCommands, ExchangeResults} {
		if err := ch.ExchangeDeclare(exchange, amqp.ExchangeTopic, true, false, false, false, nil); err != nil {
			return fmt.Errorf("declare exchange %q: %w", exchange, err)
		}
	}
	if err := declareQueue(ch, cfg, QueueDead); err != nil {
		return err
	}
	for _, q := range queuesOf(cfg) {
		if err := declareQueue(ch, cfg, q.name); err != nil {
			return err
		}
		for _, key := range q.keys {
			if err := ch.QueueBind(q.name, key, ExchangeCommands, false, nil); err != nil {
				return fmt.Errorf("bind queue %q to %q: %w", q.name, ExchangeCommands, err)
			}
		}
		if err := declareQueue(ch, cfg, ResultQueue(q.channel)); err != nil {
			return err
		}
		if err := ch.QueueBind(ResultQueue(q.channel), q.channel+".#", ExchangeResults, false, nil); err != nil {
			return fmt.Errorf("bind queue %q to %q: %w", ResultQueue(q.channel), ExchangeResults, err)
		}
	}
	return nil
}

func declareQueue(ch *amqp.Channel, cfg *config.Config, name string) error {
	if _, err := ch.QueueDeclare(name, true, false, false, false, amqp.Table{amqp.QueueTypeArg: queueType(cfg)}); err != nil {
		return fmt.Errorf("declare queue %q: %w", name, err)
	}
	return nil
}

func queueType(cfg *config.Config) string {
	if cfg.RabbitMQ.QueueType == "" {
		return "quorum"
	}
	return cfg.RabbitMQ.QueueType
}
