package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"golang.org/x/sync/errgroup"
)

// window is how many messages may be unconfirmed: the bridge's default too.
const window = 1024

// publisher publishes in order with a window of confirms outstanding.
type publisher struct {
	conn    *amqp.Connection
	channel *amqp.Channel
	room    chan struct{} // holds a token for every unconfirmed message
	waiting chan sent
}

// sent is a message on its way, or what to do when all before it are confirmed.
type sent struct {
	confirm *amqp.DeferredConfirmation
	then    func()
}

func openPublisher(url string) (*publisher, error) {
	conn, err := amqp.Dial(url)
	if err != nil {
		return nil, fmt.Errorf("connect to the broker: %w", err)
	}
	channel, err := conn.Channel()
	if err != nil {
		return nil, fmt.Errorf("open a channel: %w", err)
	}
	if err := channel.Confirm(false); err != nil {
		return nil, fmt.Errorf("ask for confirms: %w", err)
	}
	return &publisher{
		conn: conn, channel: channel,
		room: make(chan struct{}, window), waiting: make(chan sent, 4*window),
	}, nil
}

// publish hands a message over. It waits while the window is full.
func (p *publisher) publish(ctx context.Context, queue string, m amqp.Publishing) error {
	select {
	case p.room <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	confirm, err := p.channel.PublishWithDeferredConfirmWithContext(ctx, "", queue, true, false, m)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return p.queue(ctx, sent{confirm: confirm})
}

// afterwards calls then once all that was published so far is confirmed.
func (p *publisher) afterwards(ctx context.Context, then func()) error {
	return p.queue(ctx, sent{then: then})
}

func (p *publisher) queue(ctx context.Context, s sent) error {
	select {
	case p.waiting <- s:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// confirm waits for one confirm after the other until finish was called.
func (p *publisher) confirm(ctx context.Context) error {
	for s := range p.waiting {
		if s.confirm == nil {
			s.then()
			continue
		}
		acked, err := s.confirm.WaitContext(ctx)
		if err != nil {
			return fmt.Errorf("wait for a confirm: %w", err)
		}
		if !acked {
			return fmt.Errorf("the broker refused message %d", s.confirm.DeliveryTag)
		}
		<-p.room
	}
	return nil
}

// finish says that no more will be published.
func (p *publisher) finish() { close(p.waiting) }

func (p *publisher) close() error { return p.conn.Close() }

// publishMany is the limit of publishing: n copies of a message, nothing else.
// It returns the time from the first message to the last confirm.
func publishMany(ctx context.Context, url, queue string, m message, n int) (time.Duration, error) {
	p, err := openPublisher(url)
	if err != nil {
		return 0, err
	}
	defer func() { _ = p.close() }()
	began := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return p.confirm(ctx) })
	group.Go(func() error {
		defer p.finish()
		for i := range n {
			if err := p.publish(ctx, queue, m.publishing("bench-"+strconv.Itoa(i))); err != nil {
				return err
			}
		}
		return nil
	})
	err = group.Wait()
	return time.Since(began), err
}
