package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// prefetch and ackEvery are what was measured to be near the best.
const (
	prefetch = 256
	ackEvery = 64
)

// consumer reads a queue as a channel would.
type consumer struct {
	conn     *amqp.Connection
	channel  *amqp.Channel
	queue    string
	received atomic.Int64
	bytes    atomic.Int64
	last     atomic.Int64        // when the newest came, nanoseconds of the wall clock
	each     func(amqp.Delivery) // may be nil
	ended    chan struct{}
	err      error // valid after ended

	mu    sync.Mutex
	first *message
}

// consume begins to read the queue. each sees every delivery.
func consume(url, queue string, each func(amqp.Delivery)) (*consumer, error) {
	conn, err := amqp.Dial(url)
	if err != nil {
		return nil, fmt.Errorf("connect to the broker: %w", err)
	}
	c := &consumer{conn: conn, queue: queue, each: each, ended: make(chan struct{})}
	if c.channel, err = conn.Channel(); err != nil {
		return nil, errors.Join(fmt.Errorf("open a channel: %w", err), conn.Close())
	}
	if err := c.channel.Qos(prefetch, 0, false); err != nil {
		return nil, errors.Join(fmt.Errorf("set the prefetch: %w", err), conn.Close())
	}
	deliveries, err := c.channel.Consume(queue, "bench", false, false, false, false, nil)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("subscribe to %s: %w", queue, err), conn.Close())
	}
	go func() {
		defer close(c.ended)
		c.err = c.read(deliveries)
	}()
	return c, nil
}

func (c *consumer) read(deliveries <-chan amqp.Delivery) error {
	var unacked uint64
	for d := range deliveries {
		n := c.received.Add(1)
		c.bytes.Add(int64(len(d.Body)))
		c.last.Store(time.Now().UnixNano())
		if c.each != nil {
			c.each(d)
		}
		if n == 1 {
			c.keep(messageOf(d))
		}
		unacked = d.DeliveryTag
		if n%ackEvery == 0 {
			if err := c.channel.Ack(unacked, true); err != nil {
				return fmt.Errorf("acknowledge: %w", err)
			}
			unacked = 0
		}
	}
	if unacked == 0 {
		return nil
	}
	return c.channel.Ack(unacked, true)
}

func (c *consumer) keep(m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.first = &m
}

// sample returns a copy of the first message.
func (c *consumer) sample() (message, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first == nil {
		return message{}, false
	}
	return *c.first, true
}

// meanBytes is the mean size of a body.
func (c *consumer) meanBytes() float64 {
	return float64(c.bytes.Load()) / float64(max(c.received.Load(), 1))
}

// await waits until n have come, and returns when the last did. alive is
// asked whether it is still worth waiting.
func (c *consumer) await(ctx context.Context, n int, limit time.Duration, alive func() error) (time.Time, error) {
	err := poll(ctx, limit, fmt.Sprintf("%d deliveries from %s", n, c.queue), func() (bool, error) {
		if c.received.Load() >= int64(n) {
			return true, nil
		}
		select {
		case <-c.ended:
			return false, errors.Join(errors.New("the subscription ended"), c.err)
		default:
			return false, alive()
		}
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("%w (%d came)", err, c.received.Load())
	}
	return time.Unix(0, c.last.Load()), nil
}

// quiet waits until nothing has come for a while.
func (c *consumer) quiet(ctx context.Context, while time.Duration) error {
	last, since := c.received.Load(), time.Now()
	return poll(ctx, time.Minute, "deliveries to cease", func() (bool, error) {
		if now := c.received.Load(); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > while, nil
	})
}

// stop ends the subscription; what has come is acknowledged.
func (c *consumer) stop() error {
	err := c.channel.Cancel("bench", false)
	if err == nil {
		<-c.ended
	}
	return errors.Join(err, c.conn.Close(), c.err)
}
