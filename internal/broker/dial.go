package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/config"
)

// Defaults of Options.
const (
	DefaultTimeout   = 10 * time.Second
	DefaultHeartbeat = 10 * time.Second
)

const (
	frameSize = 128 << 10 // RabbitMQ's own default
	product   = "odoobridge"
)

// Options are what the configuration file does not say. The zero value is good.
type Options struct {
	Version   string        // ours, shown in RabbitMQ's list of connections
	Timeout   time.Duration // for connecting and logging in
	Heartbeat time.Duration // a connection on which nothing comes for three of them is lost
	Absence   *Absence      // tells why Dial fails; nil: whoever calls it does
}

// Dialer opens connections to one broker.
type Dialer struct {
	uri     amqp.URI
	tls     *tls.Config // nil without TLS
	options Options
}

// NewDialer reads the configuration and the TLS files it names.
func NewDialer(cfg *config.RabbitMQ, o Options) (*Dialer, error) {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Heartbeat <= 0 {
		o.Heartbeat = DefaultHeartbeat
	}
	uri, err := amqp.ParseURI(string(cfg.URL))
	if err != nil {
		// The parser's errors quote the URL, with the password in it.
		return nil, errors.New("rabbitmq.url is no AMQP URL such as amqps://user:password@host/vhost " +
			"(are special characters of the password percent-encoded?)")
	}
	d := &Dialer{uri: uri, options: o}
	if uri.Scheme == "amqps" {
		d.tls, err = tlsConfig(uri.Host, cfg)
	}
	return d, err
}

// Dial connects, authenticates and opens the virtual host, within the timeout.
// The name is what operators see in RabbitMQ's list of connections. ctx is of no
// consequence once the connection is there.
func (d *Dialer) Dial(ctx context.Context, name string) (*Connection, error) {
	began := time.Now()
	c, err := d.dial(ctx, name)
	return c, d.options.Absence.after(ctx, began, err)
}

func (d *Dialer) dial(ctx context.Context, name string) (*Connection, error) {
	ctx, cancel := context.WithTimeout(ctx, d.options.Timeout)
	defer cancel()
	socket, err := d.socket(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", d.Address(), err)
	}
	c := &Connection{socket: newCoalescer(socket)}
	c.writer.Go(c.socket.run)
	// The handshake has no context: closing the socket ends it.
	stop := context.AfterFunc(ctx, c.Abort)
	c.Connection, err = amqp.Open(c.socket, d.config(name))
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.Abort()
		c.writer.Wait()
		return nil, d.handshakeError(ctx, err)
	}
	return c, nil
}

func (d *Dialer) socket(ctx context.Context) (net.Conn, error) {
	conn, err := (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext(ctx, "tcp", d.Address())
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

func (d *Dialer) config(name string) amqp.Config {
	// Fresh for each connection: amqp091 writes into the properties.
	properties := amqp.NewConnectionProperties()
	properties["product"] = product
	properties["version"] = d.options.Version
	properties.SetClientConnectionName(name)
	auth := []amqp.Authentication{d.uri.PlainAuth()}
	for _, mechanism := range d.uri.AuthMechanism {
		if mechanism == "external" || mechanism == "EXTERNAL" {
			auth = []amqp.Authentication{&amqp.ExternalAuth{}}
		}
	}
	return amqp.Config{
		SASL: auth, Vhost: d.uri.Vhost, Heartbeat: d.options.Heartbeat, FrameSize: frameSize,
		Properties: properties, Locale: "en_US",
		// Recovery stays nil: which messages died with a channel must be known.
	}
}

// User is whom the connections are of.
func (d *Dialer) User() string { return d.uri.Username }

// Vhost is the virtual host that they lead to.
func (d *Dialer) Vhost() string { return d.uri.Vhost }

// Address is the broker's host and port.
func (d *Dialer) Address() string {
	return net.JoinHostPort(d.uri.Host, strconv.Itoa(d.uri.Port))
}

// handshakeError says what the broker's refusal means, without any secret.
func (d *Dialer) handshakeError(ctx context.Context, err error) error {
	var refused *amqp.Error
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("connect to %s: no AMQP handshake within %s: %w", d.Address(), d.options.Timeout, ctx.Err())
	case errors.Is(err, amqp.ErrVhost):
		return d.refusal("user %q may not use virtual host %q, or there is none", d.User(), d.Vhost()).to("rabbitmqctl add_vhost '%s'; %s", d.Vhost(), d.Grant())
	case errors.As(err, &refused) && refused.Code == amqp.AccessRefused:
		return d.refusal("user %q cannot log in: %s", d.User(), refused.Reason).to("rabbitmqctl add_user '%s'; %s", d.User(), d.Grant())
	case errors.As(err, &refused) && refused.Code == amqp.NotAllowed && strings.Contains(refused.Reason, "not found"):
		return d.refusal("there is no virtual host %q", d.Vhost()).to("rabbitmqctl add_vhost '%s'; %s", d.Vhost(), d.Grant())
	case errors.As(err, &refused) && refused.Code == amqp.NotAllowed:
		return d.refusal("user %q may not use virtual host %q: %s", d.User(), d.Vhost(), refused.Reason).to("%s", d.Grant())
	}
	return fmt.Errorf("connect to %s: %w", d.Address(), err)
}
