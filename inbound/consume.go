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
	errTooLarge        = errors.New("what has come is larger than there is room for")
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
		if ch, err = conn.Channel(); err != nil {
			return err
		}
		return s.prepare(ch)
	})
	if err != nil {
		return err
	}
	if err := s.alone(ctx, conn, ch, queue); err != nil {
		return err
	}
	ended := ch.NotifyClose(make(chan *amqp.Error, 1))
	c := &consumer{conn: conn, ch: ch, queue: queue, flow: f, out: out, failed: func(err error) { s.changed(queue, err) }}
	for {
		err := c.run(ctx, s.changed)
		if err == nil {
			continue // as many at a time as fit now
		}
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
}

// consumer is one basic.consume after the other on one channel.
type consumer struct {
	conn   *broker.Connection
	ch     *amqp.Channel
	queue  string
	flow   *flow
	out    chan<- *message.Message
	failed func(error)
	held   atomic.Int64 // bytes that are handed out and not settled
	tags   int
}

// run consumes until the consumer ends, or, returning nil, until the broker may send more at a time.
func (c *consumer) run(ctx context.Context, up func(queue string, err error)) error {
	c.tags++
	tag := fmt.Sprintf("odoobridge-%d", c.tags)
	var deliveries <-chan amqp.Delivery
	err := c.conn.Within(ctx, askTimeout, func() (err error) {
		if err = c.ch.Qos(c.flow.now, 0, false); err == nil {
			deliveries, err = c.ch.Consume(c.queue, tag, false, false, false, false, nil)
		}
		return err
	})
	if err != nil {
		return err
	}
	up(c.queue, nil)
	cctx, cancel := context.WithCancel(ctx)
	pending := make(chan pendingAck, cap(c.out))
	var settling sync.WaitGroup
	settling.Go(func() { c.settle(cctx, ctx, pending, cancel) })
	err = c.read(cctx, tag, deliveries, pending)
	if err != nil {
		cancel() // what nobody has begun with is not begun with any more
		if !errors.Is(err, errTooLarge) && ctx.Err() == nil {
			c.failed(err)
		}
		if ctx.Err() == nil {
			c.conn.Abort()
		}
	}
	close(pending)
	settling.Wait()
	cancel()
	return err
}

// read hands out deliveries as they come, at once: nothing may gather unseen.
func (c *consumer) read(ctx context.Context, tag string, deliveries <-chan amqp.Delivery, pending chan<- pendingAck) error {
	resizing := false
	for {
		select {
		case d, more := <-deliveries:
			switch {
			case !more && resizing:
				c.flow.set()
				return nil
			case !more:
				return errDeliveriesEnded
			}
			over, grow := c.flow.look(len(d.Body), int(c.held.Load()))
			if over {
				c.flow.set()
				return errTooLarge // this and what follows come again
			}
			m := messageOf(ctx, &d)
			c.held.Add(int64(len(d.Body)))
			pending <- pendingAck{d, m} // both have room for all that the broker sends unacknowledged
			c.out <- m
			if grow && !resizing {
				resizing = true
				if err := c.conn.Within(ctx, askTimeout, func() error { return c.ch.Cancel(tag, false) }); err != nil {
					return err
				}
			}
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
func (c *consumer) settle(session, bridge context.Context, pending <-chan pendingAck, end func()) {
	for p := range pending {
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
