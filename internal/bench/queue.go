package main

import (
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

// onChannel does something on a channel of its own.
func (l *lab) onChannel(do func(*amqp.Channel) error) error {
	conn, err := amqp.Dial(l.rabbit.URL(""))
	if err != nil {
		return fmt.Errorf("connect to the broker: %w", err)
	}
	channel, err := conn.Channel()
	if err == nil {
		err = do(channel)
	}
	return errors.Join(err, conn.Close())
}

// emptyQueue declares a quorum queue, as the bridge does, and empties it.
func (l *lab) emptyQueue(name string) error {
	return l.onChannel(func(channel *amqp.Channel) error {
		arguments := amqp.Table{amqp.QueueTypeArg: amqp.QueueTypeQuorum}
		if _, err := channel.QueueDeclare(name, true, false, false, false, arguments); err != nil {
			return fmt.Errorf("declare %s: %w", name, err)
		}
		if _, err := channel.QueuePurge(name, false); err != nil {
			return fmt.Errorf("empty %s: %w", name, err)
		}
		return nil
	})
}

// deleteQueue removes a queue with what is in it.
func (l *lab) deleteQueue(name string) error {
	return l.onChannel(func(channel *amqp.Channel) error {
		_, err := channel.QueueDelete(name, false, false, false)
		if err != nil {
			return fmt.Errorf("delete %s: %w", name, err)
		}
		return nil
	})
}
