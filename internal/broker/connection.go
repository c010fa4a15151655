package broker

import (
	"context"
	"fmt"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Connection is an AMQP connection that can be ended at any moment.
type Connection struct {
	*amqp.Connection
	socket *coalescer
	writer sync.WaitGroup
}

// Abort ends the connection without a word. Whoever waits for the broker on it
// returns.
func (c *Connection) Abort() { _ = c.socket.Close() }

// ShutDown ends the connection in order, or after the time-out without.
func (c *Connection) ShutDown(timeout time.Duration) {
	_ = c.CloseDeadline(time.Now().Add(timeout)) // closed or lost: over in any case
	c.Abort()
	c.writer.Wait()
}

// Within calls fn, which waits for the broker's answer, and ends the connection
// when that takes longer than the context or the time-out allow.
func (c *Connection) Within(ctx context.Context, timeout time.Duration, fn func() error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	stop := context.AfterFunc(ctx, c.Abort)
	defer stop()
	err := fn()
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: no answer: %w", ErrLost, ctx.Err())
	}
	return err
}
