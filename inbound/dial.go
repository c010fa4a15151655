package inbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/config"
)

const (
	dialTimeout = 10 * time.Second
	heartbeat   = 10 * time.Second
)

// dialer opens connections to the broker.
type dialer struct {
	uri     amqp.URI
	tls     *tls.Config // nil without TLS
	version string
}

func newDialer(cfg *config.RabbitMQ, version string) (*dialer, error) {
	uri, err := amqp.ParseURI(string(cfg.URL))
	if err != nil {
		// The parser's errors quote the URL, with the password in it.
		return nil, errors.New("rabbitmq.url is no AMQP URL such as amqps://user:password@host/vhost")
	}
	d := &dialer{uri: uri, version: version}
	if uri.Scheme == "amqps" {
		d.tls, err = tlsConfig(uri.Host, cfg)
	}
	return d, err
}

func tlsConfig(server string, cfg *config.RabbitMQ) (*tls.Config, error) {
	c := &tls.Config{ServerName: server, MinVersion: tls.VersionTLS12}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("rabbitmq.tls.ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("rabbitmq.tls.ca: %s has no PEM certificate", cfg.CAFile)
		}
	}
	if cfg.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("rabbitmq.tls.cert and rabbitmq.tls.key: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// dial connects and opens a channel. The name is what operators see in RabbitMQ's list of
// connections. Ending ctx ends the connection.
func (d *dialer) dial(ctx context.Context, name string) (*amqp.Connection, *amqp.Channel, error) {
	properties := amqp.NewConnectionProperties()
	properties["product"], properties["version"] = "odoobridge", d.version
	properties.SetClientConnectionName("odoobridge " + name)
	auth := []amqp.Authentication{d.uri.PlainAuth()}
	for _, mechanism := range d.uri.AuthMechanism {
		if mechanism == "external" || mechanism == "EXTERNAL" {
			auth = []amqp.Authentication{&amqp.ExternalAuth{}}
		}
	}
	socket, err := d.socket(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("connect to the broker: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = socket.SetDeadline(time.Now()) }) // the handshake has no context
	conn, err := amqp.Open(socket, amqp.Config{SASL: auth, Vhost: d.uri.Vhost, Heartbeat: heartbeat, Properties: properties, Locale: "en_US"})
	stop()
	if err != nil {
		_ = socket.Close()
		return nil, nil, fmt.Errorf("log in to the broker as %q: %w", d.uri.Username, err)
	}
	ch, err := conn.Channel()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open a channel: %w", err), conn.Close())
	}
	return conn, ch, nil
}

func (d *dialer) socket(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext(ctx, "tcp", net.JoinHostPort(d.uri.Host, fmt.Sprint(d.uri.Port)))
	if err != nil || d.tls == nil {
		return conn, err
	}
	client := tls.Client(conn, d.tls)
	if err := client.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("TLS: %w", err), conn.Close())
	}
	return client, nil
}
