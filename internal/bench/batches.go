package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// What a batch holds at most, and how long it may wait to be full.
const (
	batchSize = 500
	batchWait = 200 * time.Millisecond
)

// batchPublisher publishes a batch, waits until all of it is confirmed, and
// goes on with the next.
type batchPublisher struct {
	*publisher
	ended chan struct{}

	mu      sync.Mutex
	pending []*amqp.DeferredConfirmation
	then    []func()
}

// runBatches streams a slot into a queue, batch by batch, until ctx ends.
func runBatches(ctx context.Context, dsn, slot, amqpURL, queue string) error {
	p, err := openPublisher(amqpURL)
	if err != nil {
		return err
	}
	return streamRows(ctx, dsn, slot, queue, &batchPublisher{publisher: p, ended: make(chan struct{})})
}

func (b *batchPublisher) publish(ctx context.Context, queue string, m amqp.Publishing) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	confirm, err := b.channel.PublishWithDeferredConfirmWithContext(ctx, "", queue, true, false, m)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	if b.pending = append(b.pending, confirm); len(b.pending) < batchSize {
		return nil
	}
	return b.settle(ctx)
}

func (b *batchPublisher) afterwards(_ context.Context, then func()) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.then = append(b.then, then)
	return nil
}

// settle waits for the batch's confirms.
func (b *batchPublisher) settle(ctx context.Context) error {
	for _, confirm := range b.pending {
		acked, err := confirm.WaitContext(ctx)
		if err != nil {
			return fmt.Errorf("wait for a confirm: %w", err)
		}
		if !acked {
			return fmt.Errorf("the broker refused message %d", confirm.DeliveryTag)
		}
	}
	for _, then := range b.then {
		then()
	}
	b.pending, b.then = b.pending[:0], b.then[:0]
	return nil
}

// confirm settles batches that do not get full.
func (b *batchPublisher) confirm(ctx context.Context) error {
	tick := time.NewTicker(batchWait)
	defer tick.Stop()
	for {
		select {
		case <-b.ended:
			return nil
		case <-tick.C:
		}
		b.mu.Lock()
		err := b.settle(ctx)
		b.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

func (b *batchPublisher) finish() { close(b.ended) }
