package inbound

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
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
	pause := reconnecting()
	replies := true
	for ctx.Err() == nil {
		began := time.Now()
		err := i.sendSession(ctx, replies)
		replies = true
		if err == nil || ctx.Err() != nil {
			continue
		}
		if gone(err) {
			return err
		}
		if noReplies(err) {
			replies = false // for one session: somebody may permit them
			i.log.Warn("replies and dead letters are not permitted: replies are left out, dead letters wait", telemetry.KeyError, err.Error(),
				telemetry.KeyRemedy, "give the bridge's user the right to write to amq.default")
			continue
		}
		pause.after(ctx, began, err, func(wait time.Duration) {
			i.log.Warn("results cannot be sent; connecting again until they can", telemetry.KeyError, err.Error(), telemetry.KeyWait, wait, telemetry.KeyRemedy, broker.Remedy(err))
		})
	}
	return nil
}

// noReplies recognises the broker's refusal to let the bridge write to queues by their name.
func noReplies(err error) bool {
	var e *amqp.Error
	return errors.As(err, &e) && e.Code == amqp.AccessRefused && strings.Contains(e.Reason, "'amq.default'")
}

// sendSession is one connection. It returns nil when all that is unsent is to be looked at anew.
func (i *Inbound) sendSession(ctx context.Context, replies bool) error {
	conn, err := i.dialer.Dial(ctx, "odoobridge results")
	if err != nil {
		return err
	}
	defer conn.ShutDown(closeTimeout)
	o, err := i.openOutbox(ctx, conn, replies)
	if err != nil {
		return err
	}
	defer o.watch(ctx)()
	last := int64(0) // what is older was sent, or waits for another try
	var again <-chan time.Time
	for {
		list, err := i.ledger.Unsent(ctx, last, sendBatch)
		if err != nil {
			return err
		}
		waiting, err := i.sendAll(ctx, o, list)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			last = list[len(list)-1].Number
		}
		if (waiting != "" || !replies) && again == nil {
			again = time.After(i.resend)
		}
		if waiting != "" {
			i.log.Warn("results that no queue took wait, and are sent again", telemetry.KeyQueue, waiting, telemetry.KeyWait, i.resend,
				telemetry.KeyRemedy, "make the queue and bind it to "+ExchangeResults+", or see why it takes no more; with rabbitmq.topology: declare the bridge makes it by itself")
		}
		if len(list) == sendBatch {
			continue
		}
		select {
		case <-i.answer:
		case <-again:
			return nil // begins anew: queues are declared, and all that is unsent is looked at
		case reason := <-o.ended:
			return o.failure(reason)
		case <-ctx.Done():
			return nil
		}
	}
}

// sendAll publishes results, waits for the broker's word on each and marks what a queue has taken, even when others
// fail. It returns where one of those was to go that no queue took.
func (i *Inbound) sendAll(ctx context.Context, o *outbox, list []store.Result) (waiting string, err error) {
	sent, failed := i.publish(o, list)
	finishing, cancel := finishing(ctx)
	defer cancel()
	failed = errors.Join(failed, o.await(finishing, sent))
	var done, replied []int64
	for _, s := range sent {
		if o.took(s.result) {
			done = append(done, s.number)
			continue
		}
		waiting = s.key
		if o.took(s.reply) {
			replied = append(replied, s.number)
		}
	}
	if len(done) > 0 {
		i.failpoint("sent")
		err = i.ledger.MarkSent(finishing, done)
	}
	if len(replied) > 0 && err == nil {
		err = i.ledger.MarkReplied(finishing, replied)
	}
	return waiting, errors.Join(failed, err)
}

// publish sends results on their way, up to the first that cannot be.
func (i *Inbound) publish(o *outbox, list []store.Result) (sent []*sending, err error) {
	for n := range list {
		if err := i.held(); err != nil {
			// Not as an error of the ledger: it may be held all the same, and says so itself if not.
			return sent, fmt.Errorf("results wait: %s", err.Error())
		}
		s, err := o.publish(&list[n])
		sent = append(sent, s)
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// finishing is a context for what is published already: when ctx ends, its confirmations have a moment to come, so that
// what the broker has is not sent again after a restart.
func finishing(ctx context.Context) (waiting context.Context, end func()) {
	waiting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(lastConfirms):
			cancel()
		case <-waiting.Done():
		}
	})
	return waiting, func() { stop(); cancel() }
}
