package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// message is what the raw publisher publishes over and over: once the bridge
// has published something, a copy of that.
type message struct {
	Type    string
	Headers map[string]any
	Body    string
}

func (m message) publishing(id string) amqp.Publishing {
	return amqp.Publishing{
		ContentType: "application/cloudevents+json; charset=utf-8", DeliveryMode: amqp.Persistent,
		MessageId: id, Type: m.Type, Timestamp: time.Now(), Headers: m.Headers, Body: []byte(m.Body),
	}
}

// messageOf copies a delivery.
func messageOf(d amqp.Delivery) message {
	return message{Type: d.Type, Headers: d.Headers, Body: string(d.Body)}
}

// inventedMessage stands in before the bridge has published.
func inventedMessage() message {
	return message{
		Type: "stock_level.changed",
		Headers: map[string]any{
			"entity": "stock_level", "key": "1000042/1", "revision": int64(42), "company": int64(1),
		},
		Body: `{"specversion":"1.0","id":"1-0/1A2B3C8-1","source":"odoo/6f1f2d6c-7f0a-11ef-9c1b-0242ac120002","type":"stock_level.changed",` +
			`"subject":"stock_level/1000042/1","time":"2026-11-23T07:21:37.123456Z","datacontenttype":"application/json",` +
			`"dataschema":"urn:odoobridge:stock_level:v1","revision":42,"lsn":"0/1A2B3C8","xid":91234,` +
			`"data":{"entity":{"product":1000042,"sku":"BENCH-42","warehouse":"WH","warehouse_id":1,"company":1,"on_hand":"1042",` +
			`"reserved":"0","available":"1042","incoming":"0","outgoing":"0"},"changed":["on_hand","available"],` +
			`"before":{"on_hand":"1041","available":"1041"}}}`,
	}
}

// save writes the message for another process.
func (m message) save(path string) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write the sample message: %w", err)
	}
	return os.WriteFile(path, raw, 0o644)
}

func loadMessage(path string) (m message, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return m, fmt.Errorf("read the sample message: %w", err)
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("read the sample message: %w", err)
	}
	for name, value := range m.Headers {
		if number, ok := value.(float64); ok {
			m.Headers[name] = int64(number)
		}
	}
	return m, nil
}
