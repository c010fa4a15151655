package inbound

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
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

// closeTimeout is how long the broker has for a good-bye, and askTimeout for an answer.
const (
	closeTimeout = 3 * time.Second
	askTimeout   = 30 * time.Second
)

// subscriber hands out the messages of queues in the order in which the broker delivers
// them, many at a time, and acknowledges each to the broker when its receiver has. A message that is not
// acknowledged comes again after the connection is lost; its context ends then, and a receiver
// that has not begun with it nacks it. It implements message.Subscriber.
type subscriber struct {
	dialer   *broker.Dialer
	prefetch int                                               // messages of a queue in hand at most
	budget   int                                               // bytes of a queue in hand at most, or one message
	prepare  func(conn *broker.Connection, queue string) error // declares what is needed, on each new connection
	changed  func(queue string, err error)
	log      *slog.Logger
	readers  sync.WaitGroup
	exchange telemetry.Told // what is amiss with what all queues are bound to
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
	pause := reconnecting()
	f := newFlow(s.prefetch, s.budget)
	internal := false // the last session ended with an error within the broker
	for ctx.Err() == nil {
		began := time.Now()
		err := s.session(ctx, queue, f, out)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errNarrow):
			s.log.Info("commands are large: fewer are received at a time, until the connection is another", telemetry.KeyQueue, queue, telemetry.KeyCount, f.now)
			continue
		case isInternal(err) && !internal:
			internal = true
			continue
		}
		internal = false
		f.open()
		s.changed(queue, err)
		pause.after(ctx, began, err, func(wait time.Duration) {
			if ofAll(err) && !s.exchange.First(err) {
				return
			}
			s.log.Warn("commands cannot be received; connecting again until they can", telemetry.KeyQueue, queue, telemetry.KeyError, err.Error(), telemetry.KeyWait, wait, telemetry.KeyRemedy, broker.Remedy(err))
		})
	}
}

// ofAll says that an error is about no queue: every queue meets it.
func ofAll(err error) bool {
	var e *TopologyError
	return errors.As(err, &e) && e.exchange
}

// isInternal recognises what RabbitMQ 3.10 says to a consumer of a quorum queue that was declared a moment ago.
func isInternal(err error) bool {
	var e *amqp.Error
	return errors.As(err, &e) && e.Code == amqp.InternalError
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
