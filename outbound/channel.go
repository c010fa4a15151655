package outbound

import (
	"context"
	"fmt"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
)

// closeTimeout is how long the broker has to answer a question, or a good-bye.
const closeTimeout = 5 * time.Second

// channel is an AMQP channel in confirm mode.
type channel struct {
	conn     *broker.Connection
	ch       *amqp.Channel
	ended    chan *amqp.Error
	messages chan amqp.Return

	once      sync.Once
	complaint *amqp.Error // the broker's, once failure was called
	reason    error
}

// openChannel opens one for a window of messages.
func openChannel(ctx context.Context, conn *broker.Connection, window int) (*channel, error) {
	c := &channel{
		conn:  conn,
		ended: make(chan *amqp.Error, 1),
		// amqp091 waits for room here and, after five seconds, drops the return:
		// it must hold as many as can be on their way, and one being written.
		messages: make(chan amqp.Return, window+1),
	}
	err := conn.Within(ctx, closeTimeout, func() (err error) {
		if c.ch, err = conn.Channel(); err != nil {
			return err
		}
		c.ch.NotifyClose(c.ended)
		c.ch.NotifyReturn(c.messages)
		return c.ch.Confirm(false)
	})
	if err != nil {
		return nil, fmt.Errorf("open a channel: %w", channelErrorOf(err))
	}
	return c, nil
}

func (c *channel) publish(o *outgoing) (confirmation, error) {
	d, err := c.ch.PublishWithDeferredConfirm(o.exchange, o.key, true, false, o.publishing)
	if err != nil {
		return nil, err
	}
	return d, nil
}

func (c *channel) returned() <-chan amqp.Return { return c.messages }

// failure is why the channel has ended, or nil while it has not.
func (c *channel) failure() error {
	if !c.ch.IsClosed() {
		return nil
	}
	c.once.Do(func() {
		// The reason comes after the mark; without one the channel is closed.
		c.complaint = <-c.ended
		c.reason = channelError(c.complaint)
	})
	return c.reason
}

// maxProperties is how large the properties of a message may be.
func (c *channel) maxProperties() int { return c.conn.Config.FrameSize - 8 }

// close returns when the broker has dealt with everything that was published,
// or when the connection is no more.
func (c *channel) close() {
	_ = c.conn.Within(context.Background(), closeTimeout, c.ch.Close)
}

// abort ends the connection under the channel.
func (c *channel) abort() { c.conn.Abort() }
