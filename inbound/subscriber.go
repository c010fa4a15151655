package inbound

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/cenkalti/backoff/v5"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// Metadata of a message as it came from the broker.
const (
	metaUser        = "user_id"
	metaReplyTo     = "reply_to"
	metaCorrelation = "correlation_id"
	metaRedelivered = "redelivered"
)

// subscriber hands out the messages of queues in the order in which the broker delivers
// them, many at a time, and acknowledges each to the broker when its receiver has. A message that is not
// acknowledged comes again after the connection is lost. It implements message.Subscriber.
type subscriber struct {
	dialer   *broker.Dialer
	prefetch int
	prepare  func(*amqp.Channel) error // declares what is needed, on each new connection
	changed  func(queue string, err error)
	log      *slog.Logger
	readers  sync.WaitGroup
}

var _ message.Subscriber = (*subscriber)(nil)

// Subscribe implements message.Subscriber. The channel closes when ctx ends.
func (s *subscriber) Subscribe(ctx context.Context, queue string) (<-chan *message.Message, error) {
	out := make(chan *message.Message, s.prefetch)
	s.readers.Go(func() {
		defer close(out)
		s.follow(ctx, queue, out)
	})
	return out, nil
}

// Close implements message.Subscriber. It waits for subscriptions whose ctx has ended.
func (s *subscriber) Close() error {
	s.readers.Wait()
	return nil
}

// follow keeps a connection up until ctx ends.
func (s *subscriber) follow(ctx context.Context, queue string, out chan<- *message.Message) {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = 200*time.Millisecond, 15*time.Second
	for ctx.Err() == nil {
		began := time.Now()
		err := s.session(ctx, queue, out)
		if ctx.Err() != nil {
			return
		}
		s.changed(queue, err)
		if time.Since(began) > time.Minute {
			pause.Reset()
		}
		wait := pause.NextBackOff()
		s.log.Warn("commands cannot be received; connecting again", telemetry.KeyQueue, queue, telemetry.KeyError, err.Error(), telemetry.KeyWait, wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

var errDeliveriesEnded = errors.New("the broker ended the consumer: the queue was deleted or the connection lost")

// session is one connection, from opening it to its loss.
func (s *subscriber) session(ctx context.Context, queue string, out chan<- *message.Message) error {
	conn, err := s.dialer.Dial(ctx, "odoobridge consume "+queue)
	if err != nil {
		return err
	}
	ch, err := conn.Channel()
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // over in any case
	if err := s.prepare(ch); err != nil {
		return err
	}
	if err := s.alone(ctx, conn, ch, queue); err != nil {
		return err
	}
	if err := ch.Qos(s.prefetch, 0, false); err != nil {
		return err
	}
	// It ends with the connection and never before it: what it was given goes back in the same step.
	deliveries, err := ch.Consume(queue, "", false, false, false, false, nil)
	if err != nil {
		return err
	}
	s.changed(queue, nil)
	sctx, cancel := context.WithCancel(ctx)
	pending := make(chan pendingAck, s.prefetch)
	var acks sync.WaitGroup
	defer acks.Wait()
	defer cancel() // first: with nothing pending nothing else ends it
	acks.Go(func() { settleAcks(sctx, pending, cancel) })
	for {
		select {
		case d, more := <-deliveries:
			if !more {
				return errDeliveriesEnded
			}
			m := messageOf(ctx, &d)
			select {
			case out <- m:
				pending <- pendingAck{d, m} // has room for all that the broker sends unacknowledged
			case <-sctx.Done():
				return errDeliveriesEnded
			}
		case <-sctx.Done():
			return errDeliveriesEnded
		}
	}
}

type pendingAck struct {
	delivery amqp.Delivery
	message  *message.Message
}

// settleAcks tells the broker of each message, in order, what its receiver said. A message
// that was not taken is put back, and ends the session: what follows it must not be taken before it.
func settleAcks(ctx context.Context, pending <-chan pendingAck, end func()) {
	for {
		var p pendingAck
		select {
		case p = <-pending:
		case <-ctx.Done():
			return
		}
		select {
		case <-p.message.Acked():
			if err := p.delivery.Ack(false); err != nil {
				end()
				return
			}
		case <-p.message.Nacked():
			end() // closing the connection puts back this and all after it, in order
			return
		case <-ctx.Done():
			return
		}
	}
}

func messageOf(ctx context.Context, d *amqp.Delivery) *message.Message {
	m := message.NewMessage(d.MessageId, d.Body)
	m.Metadata[metaUser] = d.UserId
	m.Metadata[metaReplyTo] = d.ReplyTo
	m.Metadata[metaCorrelation] = d.CorrelationId
	if d.Redelivered {
		m.Metadata[metaRedelivered] = "true"
	}
	m.SetContext(ctx)
	return m
}
