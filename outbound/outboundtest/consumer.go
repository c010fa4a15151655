package outboundtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Delivery is one message as a channel's system receives it.
type Delivery struct {
	ID          string // AMQP message_id: the event's
	Type        string
	ContentType string
	RoutingKey  string
	Timestamp   time.Time
	Headers     map[string]any
	Body        []byte
	Redelivered bool
	Received    time.Time
}

// Consumer reads one queue on a connection of its own.
type Consumer struct {
	URL      string
	Queue    string
	Prefetch int // 256 by default
}

// Run hands over every delivery, in order, until ctx ends; that is no error. A
// delivery is acknowledged after handle has returned, several with one
// acknowledgement; those that handle has seen are acknowledged before Run
// returns.
func (c Consumer) Run(ctx context.Context, handle func(Delivery)) (err error) {
	conn, err := amqp.Dial(c.URL)
	if err != nil {
		return fmt.Errorf("connect to the broker: %w", err)
	}
	defer func() {
		if closeErr := conn.CloseDeadline(time.Now().Add(5 * time.Second)); err == nil && closeErr != nil {
			err = fmt.Errorf("close the connection: %w", closeErr)
		}
	}()
	ch, deliveries, err := c.start(conn)
	if err != nil {
		return err
	}
	acks := acknowledger{ch: ch, every: max(c.prefetch()/4, 1)}
	for {
		select {
		case <-ctx.Done():
			return acks.flush()
		case d, ok := <-deliveries:
			if !ok {
				return errors.New("the broker ended the subscription to " + c.Queue)
			}
			if ctx.Err() != nil {
				return acks.flush() // select may prefer a delivery
			}
			handle(deliveryOf(d))
			if err := acks.handled(d.DeliveryTag, len(deliveries) == 0); err != nil {
				return err
			}
		}
	}
}

func (c Consumer) prefetch() int {
	if c.Prefetch > 0 {
		return c.Prefetch
	}
	return 256
}

func (c Consumer) start(conn *amqp.Connection) (*amqp.Channel, <-chan amqp.Delivery, error) {
	ch, err := conn.Channel()
	if err != nil {
		return nil, nil, fmt.Errorf("open a channel: %w", err)
	}
	if err := ch.Qos(c.prefetch(), 0, false); err != nil {
		return nil, nil, fmt.Errorf("set the prefetch: %w", err)
	}
	deliveries, err := ch.Consume(c.Queue, "", false, false, false, false, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("subscribe to %s: %w", c.Queue, err)
	}
	return ch, deliveries, nil
}

// acknowledger sends one acknowledgement for several deliveries.
type acknowledger struct {
	ch    *amqp.Channel
	every int
	tag   uint64 // the newest handled
	count int    // handled and not acknowledged
}

// handled acknowledges when enough came together, or when nothing waits.
func (a *acknowledger) handled(tag uint64, idle bool) error {
	a.tag, a.count = tag, a.count+1
	if a.count < a.every && !idle {
		return nil
	}
	return a.flush()
}

func (a *acknowledger) flush() error {
	if a.count == 0 {
		return nil
	}
	a.count = 0
	if err := a.ch.Ack(a.tag, true); err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	return nil
}

func deliveryOf(d amqp.Delivery) Delivery {
	return Delivery{
		ID: d.MessageId, Type: d.Type, ContentType: d.ContentType, RoutingKey: d.RoutingKey,
		Timestamp: d.Timestamp, Headers: d.Headers, Body: d.Body,
		Redelivered: d.Redelivered, Received: time.Now(),
	}
}
