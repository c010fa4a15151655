package inbound

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
)

var (
	errDeliveriesEnded = errors.New("the broker ended the consumer: the queue was deleted or the connection lost")
	errNarrow          = errors.New("fewer messages fit at a time")
)

// session is one connection, from opening it to its loss. What was handed out on it is settled when it returns, by its
// receiver, or ctx has ended: so no more is ever in hand than one session's.
func (s *subscriber) session(ctx context.Context, queue string, f *flow, out chan<- *message.Message) error {
	conn, err := s.dialer.Dial(ctx, "odoobridge consume "+queue)
	if err != nil {
		return err
	}
	defer conn.ShutDown(closeTimeout)
	var ch *amqp.Channel
	err = conn.Within(ctx, askTimeout, func() (err error) {
		if err = s.prepare(conn, queue); err == nil {
			ch, err = conn.Channel()
		}
		return err
	})
	if err != nil {
		return err
	}
	s.exchange.Over()
	if err := s.alone(ctx, conn, ch, queue); err != nil {
		return err
	}
	ended := ch.NotifyClose(make(chan *amqp.Error, 1))
	var deliveries <-chan amqp.Delivery
	err = conn.Within(ctx, askTimeout, func() (err error) {
		if err = ch.Qos(f.now, 0, false); err == nil {
			// It ends with the connection and never before it: what it was given goes back in the same step.
			deliveries, err = ch.Consume(queue, "", false, false, false, false, nil)
		}
		return err
	})
	if err != nil {
		return err
	}
	s.changed(queue, nil)
	err = s.consume(ctx, conn, deliveries, f, out, func(err error) { s.changed(queue, err) })
	if errors.Is(err, errDeliveriesEnded) {
		select {
		case reason := <-ended:
			if reason != nil {
				return fmt.Errorf("the broker ended the consumer: %w", reason)
			}
		default:
		}
	}
	return err
}

// consume hands out what is delivered until the session is over, and waits for what was handed out.
func (s *subscriber) consume(ctx context.Context, conn *broker.Connection, deliveries <-chan amqp.Delivery, f *flow, out chan<- *message.Message, failed func(error)) error {
	session, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &consumer{flow: f, out: out, pending: make(chan pendingAck, cap(out))}
	var settling sync.WaitGroup
	settling.Go(func() { c.settle(session, ctx, cancel) })
	err := c.read(session, deliveries)
	cancel() // what nobody has begun with is not begun with any more
	if ctx.Err() == nil {
		conn.Abort()
		if !errors.Is(err, errNarrow) {
			failed(err)
		}
	}
	close(c.pending)
	settling.Wait()
	return err
}

// consumer is what is in hand of one session.
type consumer struct {
	flow    *flow
	out     chan<- *message.Message
	pending chan pendingAck
	held    atomic.Int64 // bytes that are handed out and not settled
}

// read hands out deliveries as they come, at once: nothing may gather unseen.
func (c *consumer) read(ctx context.Context, deliveries <-chan amqp.Delivery) error {
	for {
		select {
		case d, more := <-deliveries:
			if !more {
				return errDeliveriesEnded
			}
			if c.flow.exceeds(len(d.Body), int(c.held.Load())) {
				c.flow.narrow(len(d.Body))
				return errNarrow // this and what follows come again
			}
			m := messageOf(ctx, &d)
			c.held.Add(int64(len(d.Body)))
			c.pending <- pendingAck{d, m} // both have room for all that the broker sends unacknowledged
			c.out <- m
		case <-ctx.Done():
			return errDeliveriesEnded
		}
	}
}

type pendingAck struct {
	delivery amqp.Delivery
	message  *message.Message
}

// settle tells the broker of each message, in order, what its receiver said. A message
// that was not taken is put back, and ends the session: what follows it must not be taken before it. Once the session has
// ended nothing is told any more; what is handed out is waited for all the same, until the bridge ends.
func (c *consumer) settle(session, bridge context.Context, end func()) {
	for p := range c.pending {
		select {
		case <-p.message.Acked():
			if session.Err() == nil && p.delivery.Ack(false) != nil {
				end()
			}
		case <-p.message.Nacked():
			end() // closing the connection puts back this and all after it, in order
		case <-bridge.Done():
		}
		c.held.Add(-int64(len(p.delivery.Body)))
	}
}
