package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	frameSize    = 128 << 10 // RabbitMQ's own default
	closeTimeout = 5 * time.Second
)

// dialer opens connections to one broker.
type dialer struct {
	uri       amqp.URI
	tls       *tls.Config // nil without TLS
	timeout   time.Duration
	heartbeat time.Duration
	version   string
}

// connection is an AMQP connection that can be ended at any moment.
type connection struct {
	*amqp.Connection
	socket *coalescer
	writer sync.WaitGroup
}

// dial connects, authenticates and opens the virtual host, within the timeout.
// The name is what operators see in RabbitMQ's list of connections.
func (d *dialer) dial(ctx context.Context, name string) (*connection, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	socket, err := d.socket(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", d.address(), err)
	}
	c := &connection{socket: newCoalescer(socket)}
	c.writer.Go(c.socket.run)
	// The handshake has no context: closing the socket ends it.
	stop := context.AfterFunc(ctx, c.abort)
	c.Connection, err = amqp.Open(c.socket, d.config(name))
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.abort()
		c.writer.Wait()
		return nil, d.handshakeError(ctx, err)
	}
	return c, nil
}

func (d *dialer) socket(ctx context.Context) (net.Conn, error) {
	conn, err := (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext(ctx, "tcp", d.address())
	if err != nil || d.tls == nil {
		return conn, err
	}
	client := tls.Client(conn, d.tls)
	if err := client.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return client, nil
}

func (d *dialer) config(name string) amqp.Config {
	// Fresh for each connection: amqp091 writes into the properties.
	properties := amqp.NewConnectionProperties()
	properties["product"] = appID
	properties["version"] = d.version
	properties.SetClientConnectionName(name)
	auth := []amqp.Authentication{d.uri.PlainAuth()}
	for _, mechanism := range d.uri.AuthMechanism {
		if mechanism == "external" || mechanism == "EXTERNAL" {
			auth = []amqp.Authentication{&amqp.ExternalAuth{}}
		}
	}
	return amqp.Config{
		SASL: auth, Vhost: d.uri.Vhost, Heartbeat: d.heartbeat, FrameSize: frameSize,
		Properties: properties, Locale: "en_US",
		// Recovery stays nil: which messages died with a channel must be known.
	}
}

func (d *dialer) address() string {
	return net.JoinHostPort(d.uri.Host, strconv.Itoa(d.uri.Port))
}

// handshakeError says what the broker's refusal means, without any secret.
func (d *dialer) handshakeError(ctx context.Context, err error) error {
	var refused *amqp.Error
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("connect to %s: no AMQP handshake within %s: %w", d.address(), d.timeout, ctx.Err())
	case errors.Is(err, amqp.ErrVhost):
		return fmt.Errorf("%w: user %q may not use virtual host %q, or there is none", ErrRefused, d.uri.Username, d.uri.Vhost)
	case errors.As(err, &refused) && refused.Code == amqp.AccessRefused:
		return fmt.Errorf("%w: user %q cannot log in: %s", ErrRefused, d.uri.Username, refused.Reason)
	case errors.As(err, &refused) && refused.Code == amqp.NotAllowed:
		return fmt.Errorf("%w: virtual host %q for user %q: %s", ErrRefused, d.uri.Vhost, d.uri.Username, refused.Reason)
	}
	return fmt.Errorf("connect to %s: %w", d.address(), err)
}

// abort ends the connection without a word. Whoever waits for the broker on it
// returns.
func (c *connection) abort() { _ = c.socket.Close() }

// shutDown ends the connection in order, or after the time-out without.
func (c *connection) shutDown(timeout time.Duration) {
	_ = c.CloseDeadline(time.Now().Add(timeout)) // closed or lost: over in any case
	c.abort()
	c.writer.Wait()
}

// within calls fn, which waits for the broker's answer, and ends the connection
// when that takes longer than the context or the time-out allow.
func (c *connection) within(ctx context.Context, timeout time.Duration, fn func() error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	stop := context.AfterFunc(ctx, c.abort)
	defer stop()
	err := fn()
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: no answer: %w", ErrConnectionLost, ctx.Err())
	}
	return err
}
