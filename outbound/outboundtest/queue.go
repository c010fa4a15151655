package outboundtest

import (
	"context"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Depth is how many messages wait in a queue.
func Depth(url, queue string) (int, error) {
	conn, err := amqp.Dial(url)
	if err != nil {
		return 0, fmt.Errorf("connect to the broker: %w", err)
	}
	defer func() { _ = conn.CloseDeadline(time.Now().Add(5 * time.Second)) }()
	ch, err := conn.Channel()
	if err != nil {
		return 0, fmt.Errorf("open a channel: %w", err)
	}
	q, err := ch.QueueDeclarePassive(queue, true, false, false, false, nil)
	if err != nil {
		return 0, fmt.Errorf("inspect %s: %w", queue, err)
	}
	return q.Messages, nil
}

// Take reads the next n deliveries of a queue. When they do not come before
// ctx ends it returns those that did, and an error.
func Take(ctx context.Context, url, queue string, n int) ([]Delivery, error) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	taken := make([]Delivery, 0, n)
	err := Consumer{URL: url, Queue: queue}.Run(ctx, func(d Delivery) {
		if len(taken) < n {
			taken = append(taken, d)
		}
		if len(taken) == n {
			enough()
		}
	})
	if err == nil && len(taken) < n {
		err = fmt.Errorf("%d of %d deliveries came from %s: %w", len(taken), n, queue, context.Cause(ctx))
	}
	return taken, err
}
