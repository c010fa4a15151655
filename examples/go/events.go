package main

import (
	"context"
	"encoding/json"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

// event is what of an event this shop looks at.
type event struct {
	Type     string `json:"type"`
	Subject  string `json:"subject"`
	Revision int64  `json:"revision"`
	Origin   string `json:"origin"`
}

// events reads a lane's queue.
type events struct {
	deliveries <-chan amqp.Delivery
	// revisions is the newest revision of each subject. A real shop keeps it
	// with its data, in one transaction, and acknowledges afterwards.
	revisions map[string]int64
}

// listen begins to consume. The bridge has declared the queue.
func listen(conn *amqp.Connection, queue string) (*events, error) {
	ch, err := conn.Channel()
	if err != nil {
		return nil, fmt.Errorf("open a channel: %w", err)
	}
	if err := ch.Qos(100, 0, false); err != nil {
		return nil, fmt.Errorf("set the prefetch: %w", err)
	}
	deliveries, err := ch.Consume(queue, "", false, false, false, false, nil)
	if err != nil {
		return nil, fmt.Errorf("consume %s, which the bridge has made if the channel's and the lane's names are right: %w", queue, err)
	}
	return &events{deliveries: deliveries, revisions: map[string]int64{}}, nil
}

// await handles events until one of the type comes of the subject.
func (e *events) await(ctx context.Context, subject, kind string) error {
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s of %s: %w", kind, subject, ctx.Err())
		case d, ok := <-e.deliveries:
			if !ok {
				return fmt.Errorf("wait for %s: the broker ended the subscription", kind)
			}
			ev, err := e.handle(d)
			if err != nil {
				return err
			}
			if ev.Subject == subject && ev.Type == kind {
				return nil
			}
		}
	}
}

// handle stores what an event says, and acknowledges it then.
func (e *events) handle(d amqp.Delivery) (ev event, err error) {
	if err := json.Unmarshal(d.Body, &ev); err != nil {
		return ev, fmt.Errorf("read event %s: %w", d.MessageId, err)
	}
	if ev.Revision > e.revisions[ev.Subject] { // else it is a repeat
		e.revisions[ev.Subject] = ev.Revision
		fmt.Printf("event %s %s revision %d origin %s\n", ev.Type, ev.Subject, ev.Revision, ev.Origin)
	}
	return ev, d.Ack(false)
}
