package inbound

import (
	"context"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// aloneEvery is how often a queue is looked at from which somebody else still receives. RabbitMQ ends a connection on
// which nothing comes for two heartbeats: who still receives after aloneLimit is there.
const (
	aloneEvery = 250 * time.Millisecond
	aloneLimit = 2 * time.Minute
)

// OccupiedError is a queue from which somebody else receives commands.
type OccupiedError struct {
	Queue     string
	Consumers int
}

// Error says what that means.
func (e *OccupiedError) Error() string {
	return fmt.Sprintf("somebody else receives from %s (%d consumers): a bridge that was cut off, until the broker misses it, or a program that takes commands away", e.Queue, e.Consumers)
}

// alone waits until nobody receives from a queue any more. What another has been given and has not acknowledged (a bridge that
// was stopped or cut off, or this one by a connection that the broker does not yet know to be lost) goes back to its place at
// the head of the queue in one step with the end of its consumer. Who began before that would receive what is behind it first.
//
// The broker's own ways to have one consumer at a time do not do: exclusive consumers are not exclusive on quorum queues, and
// x-single-active-consumer cannot be given to a queue that is there, by a policy or otherwise (measured on RabbitMQ 3.10).
func (s *subscriber) alone(ctx context.Context, conn *broker.Connection, ch *amqp.Channel, queue string) error {
	tick := time.NewTicker(aloneEvery)
	defer tick.Stop()
	for began, said := time.Now(), false; ; {
		var q amqp.Queue
		err := conn.Within(ctx, aloneLimit, func() (err error) {
			q, err = ch.QueueDeclarePassive(queue, true, false, false, false, nil)
			return err
		})
		if err != nil || q.Consumers == 0 {
			return err
		}
		occupied := &OccupiedError{queue, q.Consumers}
		s.changed(queue, occupied)
		if time.Since(began) > aloneLimit {
			s.log.Error("commands are received although somebody else receives them too: neither all of them nor their order are certain", telemetry.KeyQueue, queue, telemetry.KeyError, occupied.Error(),
				telemetry.KeyRemedy, "find the other consumer (rabbitmqctl list_consumers) and end it")
			return nil
		}
		if !said {
			said = true
			s.log.Info("commands are received once nobody else receives them", telemetry.KeyQueue, queue, telemetry.KeyReason, occupied.Error())
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
