package inbound

import (
	"context"
	"errors"
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

// object is an exchange or a queue.
type object struct {
	name, kind string
	exchange   bool
}

func (o object) String() string {
	if o.exchange {
		return "exchange " + o.name
	}
	return "queue " + o.name
}

func (o object) want() string {
	if o.exchange {
		return "a durable topic exchange"
	}
	return "a durable " + o.kind + " queue"
}

// objectsOf are what declare makes.
func objectsOf(cfg *config.Config) []object {
	kind := queueType(cfg)
	all := []object{{ExchangeCommands, amqp.ExchangeTopic, true}, {ExchangeResults, amqp.ExchangeTopic, true}, {QueueDead, kind, false}}
	seen := map[string]bool{}
	for _, q := range queuesOf(cfg) {
		all = append(all, object{q.name, kind, false})
		if results := ResultQueue(q.channel); !seen[results] {
			seen[results] = true
			all = append(all, object{results, kind, false})
		}
	}
	return all
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
	v := verifier{conn, cfg, d}
	var findings []Finding
	for _, o := range objectsOf(cfg) {
		f, err := v.look(o)
		if err != nil {
			return findings, fmt.Errorf("look for %s: %w", o, err)
		}
		findings = append(findings, f)
	}
	return findings, nil
}

// verifier asks one broker.
type verifier struct {
	conn   *broker.Connection
	cfg    *config.Config
	dialer *broker.Dialer
}

// ask asks on a channel of its own, since a refusal closes it.
func (v verifier) ask(question func(*amqp.Channel) error) (*amqp.Error, error) {
	ch, err := v.conn.Channel()
	if err != nil {
		return nil, err
	}
	err = question(ch)
	var refusal *amqp.Error
	if errors.As(err, &refusal) && refusal.Server && !v.conn.IsClosed() {
		return refusal, nil
	}
	if err != nil {
		return nil, err
	}
	return nil, ch.Close()
}

func (v verifier) look(o object) (Finding, error) {
	refusal, err := v.ask(o.passive)
	switch {
	case err != nil:
		return Finding{}, err
	case refusal != nil && refusal.Code == amqp.NotFound:
		return v.missing(o)
	case refusal != nil:
		return v.refused(o, refusal), nil
	}
	// Declaring what is there as it is there changes nothing; another type is refused.
	refusal, err = v.ask(o.declare)
	switch {
	case err != nil:
		return Finding{}, err
	case refusal == nil:
		return Finding{Object: o.String(), Have: "is " + o.want()}, nil
	case refusal.Code == amqp.AccessRefused && v.cfg.RabbitMQ.Topology != "declare":
		return Finding{Object: o.String(), Have: "is there; what type it is cannot be asked without the permission to configure it"}, nil
	case refusal.Code == amqp.AccessRefused:
		return v.refused(o, refusal), nil
	}
	return Finding{Object: o.String(), Have: difference(refusal.Reason), Want: o.want(),
		Remedy: fmt.Sprintf("Commands are not received until it is right. Stop its consumers, let it run empty, delete it (%s) and let the bridge make it again; or set rabbitmq.queue_type to the type that it has.", v.deletion(o))}, nil
}

func (o object) passive(ch *amqp.Channel) error {
	if o.exchange {
		return ch.ExchangeDeclarePassive(o.name, o.kind, true, false, false, false, nil)
	}
	_, err := ch.QueueDeclarePassive(o.name, true, false, false, false, nil)
	return err
}

func (o object) declare(ch *amqp.Channel) error {
	if o.exchange {
		return ch.ExchangeDeclare(o.name, o.kind, true, false, false, false, nil)
	}
	_, err := ch.QueueDeclare(o.name, true, false, false, false, amqp.Table{amqp.QueueTypeArg: o.kind})
	return err
}

// missing asks whether it could be made. Deleting needs the same permission and deletes nothing: there is nothing, and would
// there be something by now, it would have to be empty and unused.
func (v verifier) missing(o object) (Finding, error) {
	if v.cfg.RabbitMQ.Topology != "declare" {
		return Finding{Object: o.String(), Have: "missing", Want: o.want(), Remedy: "Make it, or set rabbitmq.topology: declare."}, nil
	}
	refusal, err := v.ask(func(ch *amqp.Channel) error {
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
		return v.refused(o, refusal), nil
	}
	return Finding{Object: o.String(), Have: "missing, will be declared"}, nil
}

func (v verifier) refused(o object, refusal *amqp.Error) Finding {
	const ours = `^(odoo|channel|commands|results)\.`
	user, vhost := v.dialer.User(), v.dialer.Vhost()
	return Finding{Object: o.String(), Have: refusal.Reason, Want: fmt.Sprintf("permission for user %q in virtual host %q", user, vhost),
		Remedy: fmt.Sprintf(`rabbitmqctl set_permissions -p '%s' '%s' '%s' '%s|^amq\.default$' '%s'`, vhost, user, ours, ours, ours)}
}

// deletion is the command that deletes it.
func (v verifier) deletion(o object) string {
	if o.exchange {
		return fmt.Sprintf("rabbitmqadmin -V '%s' delete exchange name=%s", v.dialer.Vhost(), o.name)
	}
	return fmt.Sprintf("rabbitmqctl delete_queue -p '%s' %s", v.dialer.Vhost(), o.name)
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
