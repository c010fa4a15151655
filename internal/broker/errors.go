package broker

import (
	"errors"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Why there is no connection, or no answer on it.
var (
	ErrLost    = errors.New("the connection to the broker is lost")
	ErrRefused = errors.New("the broker does not permit it")
)

// Remedy is what a person can do when there is no connection, or the broker refuses what was asked on it. An error
// that knows better says so by a method WhatToDo.
func Remedy(err error) string {
	var known interface{ WhatToDo() string }
	if errors.As(err, &known) {
		return known.WhatToDo()
	}
	var refused *amqp.Error
	switch {
	case errors.Is(err, ErrRefused):
		return "let the user of rabbitmq.url do that at RabbitMQ: `odoobridge check` has the command; the bridge goes on by itself then"
	case errors.As(err, &refused) && (refused.Code == amqp.PreconditionFailed || refused.Code == amqp.AccessRefused || refused.Code == amqp.NotFound):
		return "`odoobridge check` says which exchange, queue or permission is not as it must be, and the command that mends it; the bridge goes on by itself then"
	}
	return "nothing, if it comes back; else look whether RabbitMQ runs, and whether rabbitmq.url leads to it"
}
