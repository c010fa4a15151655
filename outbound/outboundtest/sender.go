package outboundtest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Sender publishes as a channel's system does: persistent, mandatory and confirmed.
type Sender struct {
	conn *amqp.Connection

	mu       sync.Mutex
	ch       *amqp.Channel
	returned chan amqp.Return
}

// NewSender connects.
func NewSender(url string) (*Sender, error) {
	conn, err := amqp.Dial(url)
	if err != nil {
		return nil, fmt.Errorf("connect to the broker: %w", err)
	}
	s := &Sender{conn: conn}
	if s.ch, err = conn.Channel(); err == nil {
		err = s.ch.Confirm(false)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a channel: %w", err), conn.Close())
	}
	s.returned = s.ch.NotifyReturn(make(chan amqp.Return, 1))
	return s, nil
}

// Send publishes a CloudEvent and returns when the broker has taken it over.
func (s *Sender) Send(ctx context.Context, exchange, key, id, kind string, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	confirm, err := s.ch.PublishWithDeferredConfirm(exchange, key, true, false, amqp.Publishing{
		ContentType: "application/cloudevents+json; charset=utf-8", DeliveryMode: amqp.Persistent, MessageId: id, Type: kind, Body: body,
	})
	if err != nil {
		return fmt.Errorf("publish to %s: %w", key, err)
	}
	taken, err := confirm.WaitContext(ctx)
	if err != nil {
		return fmt.Errorf("publish to %s: %w", key, err)
	}
	select {
	case r := <-s.returned: // the broker returns before it confirms
		return fmt.Errorf("publish to %s: no queue took it: %s", key, r.ReplyText)
	default:
	}
	if !taken {
		return fmt.Errorf("publish to %s: the broker refused it", key)
	}
	return nil
}

// Close ends the connection.
func (s *Sender) Close() error { return s.conn.Close() }
