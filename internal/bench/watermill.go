package main

import (
	"context"
	"fmt"

	"github.com/ThreeDotsLabs/watermill"
	wamqp "github.com/ThreeDotsLabs/watermill-amqp/v3/pkg/amqp"
	wmessage "github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"
)

// watermillPublisher publishes through watermill-amqp, which waits for each
// confirm.
type watermillPublisher struct {
	publisher *wamqp.Publisher
	ended     chan struct{}
}

// runWatermill streams a slot into a queue, message by message, until ctx ends.
func runWatermill(ctx context.Context, dsn, slot, amqpURL, queue string) error {
	config := wamqp.NewDurableQueueConfig(amqpURL)
	config.Publish.ConfirmDelivery = true
	p, err := wamqp.NewPublisher(config, watermill.NopLogger{})
	if err != nil {
		return fmt.Errorf("open watermill-amqp's publisher: %w", err)
	}
	return streamRows(ctx, dsn, slot, queue, &watermillPublisher{publisher: p, ended: make(chan struct{})})
}

func (w *watermillPublisher) publish(_ context.Context, queue string, m amqp.Publishing) error {
	return w.publisher.Publish(queue, wmessage.NewMessage(watermill.NewULID(), m.Body))
}

func (w *watermillPublisher) afterwards(_ context.Context, then func()) error {
	then()
	return nil
}

func (w *watermillPublisher) confirm(ctx context.Context) error {
	select {
	case <-w.ended:
	case <-ctx.Done():
	}
	return nil
}

func (w *watermillPublisher) finish() { close(w.ended) }

func (w *watermillPublisher) close() error { return w.publisher.Close() }
