package outbound

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
)

// verifyTimeout is how long all of Verify may take.
const verifyTimeout = time.Minute

// Verify looks at everything that publishing needs, and changes nothing that
// stays: the broker, the log-in, the virtual host, its version, each exchange
// and queue, permissions, queue types, alarms. What is in order is among the
// findings too.
func (b *Broker) Verify(ctx context.Context) []Finding {
	ctx, cancel := context.WithTimeout(ctx, verifyTimeout)
	defer cancel()
	conn, err := b.dialer.Dial(ctx, appID+" check")
	if err != nil {
		return []Finding{b.unreachable(err)}
	}
	defer conn.ShutDown(closeTimeout)
	findings := []Finding{
		{Object: "RabbitMQ", Have: "connected to " + b.dialer.Address()},
		serverVersion(conn.Properties),
		messageSize(conn.Properties),
	}
	p := prober{conn: conn}
	for _, look := range []func(context.Context, prober) ([]Finding, error){b.publishing, b.objects, b.queueType} {
		found, err := look(ctx, p)
		findings = append(findings, found...)
		if err != nil {
			return append(findings, b.unreachable(err))
		}
		if Worst(found) == Error && isBlocked(found) {
			return findings // nothing else would be answered
		}
	}
	return findings
}

func (b *Broker) unreachable(err error) Finding {
	f := Finding{
		Severity: Error, Object: "RabbitMQ", Have: err.Error(), Want: "a connection to " + b.dialer.Address(),
		Remedy: "Is the broker running, is rabbitmq.url right, and does a firewall let it through?",
	}
	if errors.Is(err, ErrRefused) {
		f.Remedy = broker.Remedy(err)
	}
	return f
}

// objects compares the topology with what is there, and asks for the
// permissions to make it so.
func (b *Broker) objects(ctx context.Context, p prober) ([]Finding, error) {
	if b.mode == ModeNone {
		return []Finding{{Object: "topology", Have: "left to others (rabbitmq.topology: none)"}}, nil
	}
	var findings []Finding
	var missing []object
	for _, o := range b.topology.objects() {
		found, err := p.exists(ctx, o)
		if err != nil {
			return findings, fmt.Errorf("look for %s: %w", o, err)
		}
		f := b.missing(o)
		switch {
		case found:
			if f, err = b.compare(ctx, p, o); err != nil {
				return findings, err
			}
		case b.mode == ModeDeclare:
			f = Finding{Object: o.String(), Have: "missing, will be declared", Want: o.want()}
			missing = append(missing, o)
		}
		findings = append(findings, f)
	}
	refused, err := b.permissions(ctx, p, missing)
	return append(findings, refused...), err
}

// queueType declares a queue of the wanted type and deletes it again, when one
// will have to be declared.
func (b *Broker) queueType(ctx context.Context, p prober) ([]Finding, error) {
	if b.mode != ModeDeclare || len(b.topology.Queues) == 0 {
		return nil, nil
	}
	kind := b.topology.Queues[0].Type
	name := "channel.odoobridge.check-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	f := Finding{Object: "queue type", Have: kind + " queues can be declared", Want: kind + " queues"}
	err := p.ask(ctx, func(ch *amqp.Channel) error {
		// It goes by itself, should we not come to delete it.
		args := amqp.Table{"x-queue-type": kind, "x-expires": int64(60_000)}
		if _, err := ch.QueueDeclare(name, true, false, false, false, args); err != nil {
			return err
		}
		_, err := ch.QueueDelete(name, false, false, false)
		return err
	})
	var refusal *amqp.Error
	switch {
	case err == nil:
		return []Finding{f}, nil
	case hasCode(err, amqp.AccessRefused):
		return nil, nil // the wanted queues themselves say more
	case errors.As(err, &refusal) && refusal.Server:
		f.Severity, f.Have = Error, refusal.Reason
		f.Remedy = "Enable the feature at the broker (rabbitmqctl enable_feature_flag all), or set rabbitmq.queue_type: classic."
		return []Finding{f}, nil
	}
	return nil, fmt.Errorf("declare a %s queue: %w", kind, err)
}

func isBlocked(findings []Finding) bool {
	for _, f := range findings {
		if f.Object == objectAlarms && f.Severity == Error {
			return true
		}
	}
	return false
}

// oldest is the first release with quorum queues.
const oldestMajor, oldestMinor = 3, 8

func serverVersion(properties amqp.Table) Finding {
	text, _ := properties["version"].(string)
	product, _ := properties["product"].(string)
	f := Finding{Object: "broker version", Have: strings.TrimSpace(product + " " + text), Want: "RabbitMQ 3.8 or later"}
	major, minor := majorMinor(text)
	if product != "RabbitMQ" || major < oldestMajor || major == oldestMajor && minor < oldestMinor {
		f.Severity = Warning
		f.Remedy = "Other brokers and older releases are untested, and have no quorum queues."
	}
	return f
}

// messageSize tells the default of the release: AMQP does not show what is
// configured. The publisher learns it from the broker's first refusal.
func messageSize(properties amqp.Table) Finding {
	text, _ := properties["version"].(string)
	limit := "128 MiB"
	if major, _ := majorMinor(text); major >= 4 {
		limit = "16 MiB"
	}
	return Finding{Object: "largest message", Have: limit + " unless max_message_size says otherwise"}
}

func majorMinor(version string) (major, minor int) {
	if n, _ := fmt.Sscanf(version, "%d.%d", &major, &minor); n != 2 {
		return 0, 0
	}
	return major, minor
}
