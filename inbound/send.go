package inbound

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

const (
	sendBatch      = 256
	confirmTimeout = 30 * time.Second
	lastConfirms   = 5 * time.Second // of a stop
	resendAfter    = 15 * time.Second
)

// send publishes results from the outbox until ctx ends, and marks them once the broker has confirmed
// them. What is unknown, or what no queue took, is sent again with the same id. It fails when the ledger is gone.
func (i *Inbound) send(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := i.sendSession(ctx); err != nil && ctx.Err() == nil {
			if gone(err) {
				return err
			}
			i.log.Warn("results cannot be sent; connecting again", telemetry.KeyError, err.Error())
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
		}
	}
	return nil
}

var errUnconfirmed = errors.New("the broker did not confirm a result")

func (i *Inbound) sendSession(ctx context.Context) error {
	conn, err := i.dialer.Dial(ctx, "odoobridge results")
	if err != nil {
		return err
	}
	ch, err := conn.Channel()
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // over in any case
	if cfg := i.config(); cfg.RabbitMQ.Topology == "declare" {
		if err := declare(ch, cfg); err != nil {
			return err
		}
	}
	if err := ch.Confirm(false); err != nil {
		return err
	}
	closed := conn.NotifyClose(make(chan *amqp.Error, 1))
	o := &outbox{ch: ch, returns: ch.NotifyReturn(make(chan amqp.Return, sendBatch))}
	last := int64(0) // what is older was sent, or waits for another try
	var again <-chan time.Time
	for {
		list, err := i.ledger.Unsent(ctx, last, sendBatch)
		if err != nil {
			return err
		}
		unroutable, err := i.sendAll(ctx, o, list)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			last = list[len(list)-1].Number
		}
		if len(unroutable) > 0 && again == nil {
			i.log.Warn("results that no queue took wait, and are sent again", "results", len(unroutable), telemetry.KeyQueue, unroutable[0], telemetry.KeyWait, i.resend,
				telemetry.KeyRemedy, "make the queue and bind it to "+ExchangeResults+"; with rabbitmq.topology: declare the bridge does so by itself")
			again = time.After(i.resend)
		}
		if len(list) == sendBatch {
			continue
		}
		select {
		case <-i.answer:
		case <-again:
			return nil // begins anew: queues are declared, and all that is unsent is looked at
		case reason := <-closed:
			return fmt.Errorf("the connection was lost: %w", reason)
		case <-ctx.Done():
			return nil
		}
	}
}

// outbox is a channel for results. What no queue takes comes back before it is confirmed.
type outbox struct {
	ch      *amqp.Channel
	returns <-chan amqp.Return
}

// sendAll publishes results, waits for all confirmations and marks what a queue has taken. It returns
// where the others were to go.
func (i *Inbound) sendAll(ctx context.Context, o *outbox, list []store.Result) (unroutable []string, err error) {
	var confirms []*amqp.DeferredConfirmation
	for _, r := range list {
		if err := i.held(); err != nil {
			// Not as an error of the ledger: it may be held all the same, and says so itself if not.
			return nil, fmt.Errorf("results wait: %s", err.Error())
		}
		sent, err := publish(ctx, o.ch, &r)
		if err != nil {
			return nil, err
		}
		confirms = append(confirms, sent...)
	}
	waiting, cancel := finishing(ctx)
	defer cancel()
	for _, c := range confirms {
		confirmed, err := c.WaitContext(waiting)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errUnconfirmed, err)
		}
		if !confirmed {
			return nil, errUnconfirmed
		}
	}
	numbers, unroutable := o.taken(list)
	if len(numbers) == 0 {
		return unroutable, nil
	}
	i.failpoint("sent")
	return unroutable, i.ledger.MarkSent(waiting, numbers)
}

// taken are the numbers of results that did not come back, and the routing keys of those that did. All are confirmed.
func (o *outbox) taken(list []store.Result) (numbers []int64, unroutable []string) {
	back := map[string]string{}
	for {
		select {
		case r := <-o.returns:
			back[r.MessageId] = r.RoutingKey
			continue
		default:
		}
		break
	}
	for i := range list {
		if key, returned := back[short(list[i].ID)]; returned {
			unroutable = append(unroutable, key)
		} else {
			numbers = append(numbers, list[i].Number)
		}
	}
	return numbers, unroutable
}

// finishing is a context for what is published already: when ctx ends, its confirmations have a moment to come, so that
// what the broker has is not sent again after a restart.
func finishing(ctx context.Context) (waiting context.Context, end func()) {
	waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmTimeout)
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(lastConfirms):
			cancel()
		case <-waiting.Done():
		}
	})
	return waiting, func() { stop(); cancel() }
}

// publish sends a result to the exchange and to whoever asked for a reply. A reply queue that has
// gone is nobody's loss: the result is in the channel's queue too.
func publish(ctx context.Context, ch *amqp.Channel, r *store.Result) (sent []*amqp.DeferredConfirmation, err error) {
	p := amqp.Publishing{
		MessageId: short(r.ID), Type: "result", ContentType: "application/cloudevents+json; charset=utf-8", DeliveryMode: amqp.Persistent,
		CorrelationId: short(r.CorrelationID), AppId: "odoobridge", Body: r.Body,
	}
	if r.RoutingKey == "" { // a dead letter: bytes as they came
		p.Type, p.ContentType, p.CorrelationId, p.Headers = "dead", "application/octet-stream", "", amqp.Table{"reason": r.CorrelationID}
	}
	for _, to := range []struct{ exchange, key string }{{ExchangeResults, r.RoutingKey}, {"", r.ReplyTo}} {
		if to.key == "" {
			continue
		}
		mandatory := to.exchange != "" || r.RoutingKey == ""
		c, err := ch.PublishWithDeferredConfirmWithContext(ctx, to.exchange, to.key, mandatory, false, p)
		if err != nil {
			return sent, fmt.Errorf("publish a result: %w", err)
		}
		sent = append(sent, c)
	}
	return sent, nil
}

// short is a text as AMQP takes it in a property: 255 bytes at most.
func short(text string) string {
	if len(text) <= 255 {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
