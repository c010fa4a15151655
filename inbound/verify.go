package inbound

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/config"
)

// Finding is one thing at the broker that commands need.
type Finding struct {
	Object string // "queue commands.shop.orders"
	Have   string
	Want   string // "": it is as it should be
	Remedy string
}

// Verify looks at the exchanges and queues that commands and results need: whether they are there, or may be made, and are of the
// right type. It changes nothing. An error means that the broker cannot be asked.
func Verify(ctx context.Context, cfg *config.Config, version string) ([]Finding, error) {
	if cfg.RabbitMQ.Topology == "none" || !cfg.HasCommands() {
		return nil, nil
	}
	d, err := broker.NewDialer(&cfg.RabbitMQ, broker.Options{Version: version})
	if err != nil {
		return nil, err
	}
	conn, err := d.Dial(ctx, "odoobridge check")
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, conn.Abort)
	defer func() { stop(); conn.ShutDown(time.Second) }()
	a := asker{conn, cfg, d}
	var findings []Finding
	for _, o := range objectsOf(cfg) {
		f, err := a.look(o)
		if err != nil {
			return findings, fmt.Errorf("look for %s: %w", o, err)
		}
		if f.Want == "" {
			if f, err = a.permitted(o, f); err != nil {
				return findings, fmt.Errorf("ask for permission on %s: %w", o, err)
			}
		}
		findings = append(findings, f)
	}
	return findings, nil
}

func (a asker) look(o object) (Finding, error) {
	refusal, err := a.ask(o.passive)
	switch {
	case err != nil:
		return Finding{}, err
	case refusal != nil && refusal.Code == amqp.NotFound:
		return a.missing(o)
	case refusal != nil:
		return a.refused(o, "configure", refusal), nil
	}
	// Declaring what is there as it is there changes nothing; another type is refused.
	refusal, err = a.ask(o.declare)
	switch {
	case err != nil:
		return Finding{}, err
	case refusal == nil:
		return Finding{Object: o.String(), Have: "is " + o.want()}, nil
	case refusal.Code == amqp.AccessRefused && a.cfg.RabbitMQ.Topology != "declare":
		return Finding{Object: o.String(), Have: "is there; what type it is cannot be asked without the permission to configure it"}, nil
	case refusal.Code == amqp.AccessRefused:
		return a.refused(o, "configure", refusal), nil
	}
	return a.differs(o, refusal), nil
}

// differs is the finding of what is there and is not as wanted.
func (a asker) differs(o object, refusal *amqp.Error) Finding {
	f := Finding{Object: o.String(), Have: difference(refusal.Reason), Want: o.want()}
	switch {
	case o.exchange:
		f.Remedy = fmt.Sprintf("Nobody's commands are received, or answered, until it is right. Delete it (%s): the bridge makes it again by itself", a.deletion(o))
	case o.holdsUp():
		f.Remedy = fmt.Sprintf("Commands are not received from it until it is right; they wait in it, and other queues go on. Consume what is in it, delete it (%s) and let the bridge make it again by itself; "+
			"or set rabbitmq.queue_type to the type that it has, if all queues of commands are of that type", a.deletion(o))
	default:
		f.Remedy = fmt.Sprintf("It is used all the same. When it is empty, delete it (%s): the bridge makes it again by itself; or set rabbitmq.queue_type to the type that it has", a.deletion(o))
	}
	return f
}

// missing asks whether it could be made. Deleting needs the same permission and deletes nothing: there is nothing, and would
// there be something by now, it would have to be empty and unused.
func (a asker) missing(o object) (Finding, error) {
	if a.cfg.RabbitMQ.Topology != "declare" {
		return Finding{Object: o.String(), Have: "missing", Want: o.want(), Remedy: "Make it, or set rabbitmq.topology: declare."}, nil
	}
	refusal, err := a.ask(func(ch *amqp.Channel) error {
		if o.exchange {
			return ch.ExchangeDelete(o.name, true, false)
		}
		_, err := ch.QueueDelete(o.name, true, true, false)
		return err
	})
	switch {
	case err != nil:
		return Finding{}, err
	case refusal != nil && refusal.Code == amqp.AccessRefused:
		return a.refused(o, "configure", refusal), nil
	}
	return Finding{Object: o.String(), Have: "missing, will be declared"}, nil
}

// refused is the finding of a missing permission: "configure", "write", "read" or broker.Binding.
func (a asker) refused(o object, permission string, refusal *amqp.Error) Finding {
	return Finding{Object: o.String(), Have: broker.Lacking(refusal.Reason, permission),
		Want: fmt.Sprintf("permission for user %q in virtual host %q", a.dialer.User(), a.dialer.Vhost()), Remedy: a.dialer.Grant()}
}

// deletion is the command that deletes it.
func (a asker) deletion(o object) string {
	if o.exchange {
		return fmt.Sprintf("rabbitmqadmin -V '%s' delete exchange name=%s", a.dialer.Vhost(), o.name)
	}
	return fmt.Sprintf("rabbitmqctl delete_queue -p '%s' %s", a.dialer.Vhost(), o.name)
}

var inequivalent = regexp.MustCompile(`inequivalent arg '([^']+)' for .+: received (.+) but current is (.+)$`)

// difference is what the broker says is other than declared.
func difference(reason string) string {
	m := inequivalent.FindStringSubmatch(reason)
	if m == nil {
		return reason
	}
	plain := func(value string) string {
		value, _, _ = strings.Cut(strings.TrimPrefix(value, "the value "), " of type ")
		return strings.Trim(value, "'")
	}
	return fmt.Sprintf("%s is %s, not %s", m[1], plain(m[3]), plain(m[2]))
}
