package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	amqp "github.com/rabbitmq/amqp091-go"
)

// sendFile sends a whole command from a file as it is, right or wrong, and prints the answer.
func (c *commands) sendFile(ctx context.Context, path string) error {
	body, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the command: %w", err)
	}
	var envelope struct{ ID, Type string }
	if err := json.Unmarshal(body, &envelope); err != nil || envelope.ID == "" || envelope.Type == "" {
		return errors.New("the file is no command with an id and a type: `odoobridge schema show order.place --example` writes one")
	}
	if err := c.publish(ctx, envelope.ID, envelope.Type, body); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer to %s yet: it may wait for something, which `odoobridge trace %[1]s` tells", envelope.ID)
		case d, ok := <-c.results:
			if !ok {
				return errors.New("the broker ended the subscription to results")
			}
			if mine, err := answers(d, envelope.ID); err != nil || mine {
				return err
			}
		}
	}
}

// answers acknowledges a result, and prints it if it is the command's.
func answers(d amqp.Delivery, id string) (bool, error) {
	var r struct {
		Subject string          `json:"subject"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(d.Body, &r); err != nil {
		return false, fmt.Errorf("read a result: %w", err)
	}
	if r.Subject == id {
		text, err := json.MarshalIndent(r.Data, "", "  ")
		if err != nil {
			return false, err
		}
		fmt.Println(string(text))
	}
	return r.Subject == id, d.Ack(false)
}
