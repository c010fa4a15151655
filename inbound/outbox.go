package inbound

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

var errUnconfirmed = errors.New("the broker did not confirm a result")

// outbox is a channel for results. What no queue takes comes back before it is confirmed.
type outbox struct {
	conn     *broker.Connection
	ch       *amqp.Channel
	replies  bool // whether the bridge may write to queues by their name
	patience time.Duration
	ended    chan *amqp.Error
	returns  <-chan amqp.Return
	back     map[string]bool // what came back, by message id

	blocked atomic.Bool // by an alarm
	lifted  atomic.Bool // an alarm, since somebody looked last
}

func (i *Inbound) openOutbox(ctx context.Context, conn *broker.Connection, replies bool) (*outbox, error) {
	o := &outbox{conn: conn, replies: replies, patience: i.confirm, ended: make(chan *amqp.Error, 1)}
	err := conn.Within(ctx, askTimeout, func() (err error) {
		if err := i.declareResults(conn); err != nil {
			return err
		}
		if o.ch, err = conn.Channel(); err != nil {
			return err
		}
		return o.ch.Confirm(false)
	})
	if err != nil {
		return nil, err
	}
	o.ch.NotifyClose(o.ended)
	o.returns = o.ch.NotifyReturn(make(chan amqp.Return, sendBatch+1))
	return o, nil
}

// declareResults makes what results and dead letters need. A queue that is not as it must be is told of: what it does not take waits,
// and answers to others go on.
func (i *Inbound) declareResults(conn *broker.Connection) error {
	cfg := i.config()
	if cfg.RabbitMQ.Topology != "declare" {
		return nil
	}
	a := asker{conn, cfg, i.dialer}
	if err := a.make(topic(ExchangeResults)); err != nil {
		return err
	}
	var amiss *TopologyError
	for _, o := range resultObjects(cfg) {
		err := a.make(o)
		if err != nil && !errors.As(err, &amiss) {
			return err
		}
		if err != nil && i.toldResults.First(err) {
			i.log.Warn("a queue for answers is not as it must be; answers go there all the same, and wait if it does not take them", telemetry.KeyQueue, o.name,
				telemetry.KeyError, err.Error(), telemetry.KeyRemedy, broker.Remedy(err))
		}
	}
	if amiss == nil {
		i.toldResults.Over()
	}
	return nil
}

// watch follows alarms until the connection has ended, and sees to it that it ends a moment after ctx: whoever waits for a
// broker that reads nothing returns then.
func (o *outbox) watch(ctx context.Context) (end func()) {
	alarms := o.conn.NotifyBlocked(make(chan amqp.Blocking, 16))
	var watching sync.WaitGroup
	watching.Go(func() {
		for a := range alarms { // closed with the connection
			if o.blocked.Store(a.Active); !a.Active {
				o.lifted.Store(true)
			}
		}
	})
	waiting, done := finishing(ctx)
	stop := context.AfterFunc(waiting, o.conn.Abort)
	return func() {
		if stop() {
			o.conn.ShutDown(closeTimeout)
		}
		done()
		watching.Wait()
	}
}

// failure says why the channel has ended.
func (o *outbox) failure(reason *amqp.Error) error {
	if reason == nil {
		return broker.ErrLost
	}
	return fmt.Errorf("%w: %w", broker.ErrLost, reason)
}

// why is what ended the channel, or else err.
func (o *outbox) why(err error) error {
	if !o.ch.IsClosed() {
		return err
	}
	return errors.Join(err, o.failure(<-o.ended))
}

// sending is a result on its way.
type sending struct {
	number        int64
	key           string
	result, reply *passage
}

// passage is one message. nil: there was none to be sent.
type passage struct {
	confirm   *amqp.DeferredConfirmation
	id        string
	mandatory bool
}

// settled says whether there is nothing more to wait for: the broker has said its word, or the channel has ended.
func (p *passage) settled() bool {
	if p == nil {
		return false
	}
	select {
	case <-p.confirm.Done():
		return true
	default:
		return false
	}
}

// took says whether the broker has confirmed a message and not sent it back. Replies never come back.
func (o *outbox) took(p *passage) bool {
	return p.settled() && p.confirm.Acked() && (!p.mandatory || !o.back[p.id])
}

// await waits for the broker's word on everything. It fails when that does not come; an alarm is waited out.
func (o *outbox) await(ctx context.Context, sent []*sending) error {
	defer o.collect()
	timer := time.NewTimer(o.patience)
	defer timer.Stop()
	for _, s := range sent {
		for _, p := range []*passage{s.result, s.reply} {
			if p == nil {
				continue
			}
			if err := o.word(ctx, p, timer); err != nil {
				return o.why(err)
			}
		}
	}
	if o.ch.IsClosed() {
		return o.why(errUnconfirmed)
	}
	return nil
}

func (o *outbox) word(ctx context.Context, p *passage, timer *time.Timer) error {
	for {
		select {
		case <-p.confirm.Done():
			return nil
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", errUnconfirmed, ctx.Err())
		case <-timer.C:
			if !o.blocked.Load() && !o.lifted.Swap(false) {
				return fmt.Errorf("%w within %s", errUnconfirmed, o.patience)
			}
			timer.Reset(o.patience)
		}
	}
}

// collect reads what came back.
func (o *outbox) collect() {
	o.back = map[string]bool{}
	for {
		select {
		case r, more := <-o.returns:
			if !more {
				return
			}
			o.back[r.MessageId] = true
		default:
			return
		}
	}
}

// publish sends a result to the exchange and to whoever asked for a reply. A reply queue that has
// gone is nobody's loss: the result is in the channel's queue too.
func (o *outbox) publish(r *store.Result) (*sending, error) {
	p := amqp.Publishing{
		MessageId: short(r.ID), Type: "result", ContentType: "application/cloudevents+json; charset=utf-8", DeliveryMode: amqp.Persistent,
		CorrelationId: short(r.CorrelationID), AppId: "odoobridge", Body: r.Body,
	}
	s := &sending{number: r.Number, key: r.RoutingKey}
	var err error
	if r.RoutingKey == "" { // a dead letter: bytes as they came
		p.Type, p.ContentType, p.CorrelationId, p.Headers = "dead", "application/octet-stream", "", amqp.Table{"reason": r.CorrelationID}
		if s.key = r.ReplyTo; o.replies {
			s.result, err = o.pass("", r.ReplyTo, true, p)
		}
		return s, err
	}
	if s.result, err = o.pass(ExchangeResults, r.RoutingKey, true, p); err == nil && r.ReplyTo != "" && o.replies {
		s.reply, err = o.pass("", r.ReplyTo, false, p)
	}
	return s, err
}

func (o *outbox) pass(exchange, key string, mandatory bool, p amqp.Publishing) (*passage, error) {
	c, err := o.ch.PublishWithDeferredConfirm(exchange, key, mandatory, false, p)
	if err != nil {
		return nil, o.why(fmt.Errorf("publish a result: %w", err))
	}
	return &passage{confirm: c, id: p.MessageId, mandatory: mandatory}, nil
}

// short is a text as AMQP takes it in a property: 255 bytes at most.
func short(text string) string {
	if len(text) <= 255 {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
