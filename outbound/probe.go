package outbound

import (
	"context"
	"errors"
	"regexp"
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
)

// prober asks the broker about objects. A refusal closes the channel it was
// asked on, so each question has its own.
type prober struct{ conn *broker.Connection }

func (p prober) ask(ctx context.Context, question func(*amqp.Channel) error) error {
	return p.conn.Within(ctx, closeTimeout, func() error {
		ch, err := p.conn.Channel()
		if err != nil {
			return channelErrorOf(err)
		}
		if err := question(ch); err != nil {
			_ = ch.Close() // it is closed when the broker has answered
			return err
		}
		return ch.Close()
	})
}

// exists asks without side effect. Anybody may ask.
func (p prober) exists(ctx context.Context, o object) (bool, error) {
	err := p.ask(ctx, func(ch *amqp.Channel) error {
		if o.exchange {
			return ch.ExchangeDeclarePassive(o.name, amqp.ExchangeTopic, true, false, false, false, nil)
		}
		_, err := ch.QueueDeclarePassive(o.name, true, false, false, false, nil)
		return err
	})
	if hasCode(err, amqp.NotFound) {
		return false, nil
	}
	return err == nil, channelErrorOf(err)
}

// declare makes an object, and is refused when there is another of that name.
func (p prober) declare(ctx context.Context, o object) error {
	return p.ask(ctx, func(ch *amqp.Channel) error {
		if o.exchange {
			return ch.ExchangeDeclare(o.name, o.kind, true, false, false, false, nil)
		}
		_, err := ch.QueueDeclare(o.name, true, false, false, false, amqp.Table{"x-queue-type": o.kind})
		return err
	})
}

func (p prober) bind(ctx context.Context, b Binding) error {
	return p.ask(ctx, func(ch *amqp.Channel) error {
		return ch.QueueBind(b.Queue, b.Key, b.Exchange, false, nil)
	})
}

func hasCode(err error, code int) bool {
	var e *amqp.Error
	return errors.As(err, &e) && e.Code == code
}

// channelErrorOf makes the broker's error one of ours, and leaves the others.
func channelErrorOf(err error) error {
	var e *amqp.Error
	if errors.As(err, &e) && !errors.Is(err, ErrConnectionLost) {
		return channelError(e)
	}
	return err
}

// difference is what the broker says when an object is not as declared.
type difference struct{ property, have, want string }

var inequivalent = regexp.MustCompile(`inequivalent arg '([^']+)' for .+: received (.+) but current is (.+)$`)

// parseDifference reads the text of a PRECONDITION_FAILED.
func parseDifference(text string) (difference, bool) {
	m := inequivalent.FindStringSubmatch(text)
	if m == nil {
		return difference{}, false
	}
	return difference{property: m[1], want: plain(m[2]), have: plain(m[3])}, true
}

// plain makes a value of "none", "'topic'" or "the value 'quorum' of type
// 'longstr'".
func plain(value string) string {
	if value == "none" {
		return ""
	}
	value, _, _ = strings.Cut(strings.TrimPrefix(value, "the value "), " of type ")
	return strings.Trim(value, "'")
}
