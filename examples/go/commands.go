package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// command asks for something to be done in Odoo. The same ID again asks for
// the same thing: it is done once.
type command struct {
	ID      string
	Type    string
	Subject string // the shop's own id of the thing
	Data    map[string]any
}

// result is the bridge's answer.
type result struct {
	ID      string `json:"id"`
	Subject string `json:"subject"` // the command's id
	Data    struct {
		Command string `json:"command"`
		Outcome string `json:"outcome"` // applied, duplicate, rejected, parked, discarded
		Odoo    struct {
			Model string `json:"model"`
			Name  string `json:"name"`
		} `json:"odoo"`
		Problems []struct {
			Code, Path, Message, Remedy string
		} `json:"problems"`
	} `json:"data"`
}

// commands sends commands and reads their results.
type commands struct {
	channel string
	ch      *amqp.Channel
	results <-chan amqp.Delivery
	returns <-chan amqp.Return
	seen    map[string]bool // results come at least once
}

func openCommands(conn *amqp.Connection, channel string) (*commands, error) {
	ch, err := conn.Channel()
	if err != nil {
		return nil, fmt.Errorf("open a channel: %w", err)
	}
	if err := ch.Confirm(false); err != nil {
		return nil, fmt.Errorf("ask for confirms: %w", err)
	}
	results, err := ch.Consume("results."+channel, "", false, false, false, false, nil)
	if err != nil {
		return nil, fmt.Errorf("consume results.%s, which the bridge has made if the channel's name is right: %w", channel, err)
	}
	returns := ch.NotifyReturn(make(chan amqp.Return, 1))
	return &commands{channel: channel, ch: ch, results: results, returns: returns, seen: map[string]bool{}}, nil
}

// do sends a command and waits for its result. An error means that it is not
// known what became of it: send it again with the same id.
func (c *commands) do(ctx context.Context, cmd command) (result, error) {
	if err := c.send(ctx, cmd); err != nil {
		return result{}, err
	}
	for {
		select {
		case <-ctx.Done():
			return result{}, fmt.Errorf("wait for the result of %s: %w", cmd.ID, ctx.Err())
		case d, ok := <-c.results:
			if !ok {
				return result{}, errors.New("the broker ended the subscription to results")
			}
			r, err := c.read(d)
			if err != nil {
				return result{}, err
			}
			if r.Subject == cmd.ID {
				return r, refused(r)
			}
		}
	}
}

// send publishes a command; it is in its queue when the broker has confirmed it, and has not given it back before.
func (c *commands) send(ctx context.Context, cmd command) error {
	body, err := json.Marshal(map[string]any{
		"specversion": "1.0", "id": cmd.ID, "source": "https://shop.example.com", "type": cmd.Type, "subject": cmd.Subject,
		"time": time.Now().UTC().Format(time.RFC3339Nano), "data": cmd.Data,
	})
	if err != nil {
		return fmt.Errorf("write command %s: %w", cmd.ID, err)
	}
	return c.publish(ctx, cmd.ID, cmd.Type, body)
}

func (c *commands) publish(ctx context.Context, id, kind string, body []byte) error {
	confirm, err := c.ch.PublishWithDeferredConfirmWithContext(ctx, "odoo.commands", c.channel+"."+kind, true, false, amqp.Publishing{
		ContentType: "application/cloudevents+json", DeliveryMode: amqp.Persistent, MessageId: id, Type: kind, Body: body,
	})
	if err != nil {
		return fmt.Errorf("send command %s: %w", id, err)
	}
	if acked, err := confirm.WaitContext(ctx); err != nil || !acked {
		return fmt.Errorf("send command %s: the broker did not confirm it (%v)", id, err)
	}
	select {
	case r := <-c.returns:
		return fmt.Errorf("send command %s: no queue takes %s: is the channel's name right, and may it send this?", id, r.RoutingKey)
	default:
		return nil
	}
}

// read takes a result, once, and acknowledges it.
func (c *commands) read(d amqp.Delivery) (r result, err error) {
	if err := json.Unmarshal(d.Body, &r); err != nil {
		return r, fmt.Errorf("read a result: %w", err)
	}
	if !c.seen[r.ID] {
		c.seen[r.ID] = true
		fmt.Printf("result %s %s %s %s\n", r.Data.Command, r.Data.Outcome, r.Data.Odoo.Model, r.Data.Odoo.Name)
	}
	return r, d.Ack(false)
}

// refused turns an outcome that is not what the shop wanted into an error that
// says what to mend.
func refused(r result) error {
	if r.Data.Outcome == "applied" || r.Data.Outcome == "duplicate" {
		return nil
	}
	err := fmt.Errorf("%s is %s", r.Data.Command, r.Data.Outcome)
	for _, p := range r.Data.Problems {
		err = fmt.Errorf("%w; %s at %s: %s. %s", err, p.Code, p.Path, p.Message, p.Remedy)
	}
	return err
}
