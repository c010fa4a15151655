package outbound

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/schema"
)

const (
	contentType = "application/cloudevents+json; charset=utf-8"
	appID       = "odoobridge"

	// maxShort is the length of AMQP's short strings. amqp091 notices a longer
	// one when half of the message is written, which costs the connection.
	maxShort = 255
	// privateMetadata begins metadata that are no headers.
	privateMetadata = "amqp."
)

// outgoing is a message in the broker's terms.
type outgoing struct {
	exchange, key string
	publishing    amqp.Publishing
}

// encode puts a message's metadata where AMQP wants them. Headers are strings,
// except those that count: revision, company and conflated are 64-bit integers.
func encode(topic string, m *message.Message) (outgoing, error) {
	out := outgoing{key: topic, publishing: amqp.Publishing{
		ContentType:  contentType,
		DeliveryMode: amqp.Persistent,
		MessageId:    m.UUID,
		AppId:        appID,
		Body:         m.Payload,
		Headers:      make(amqp.Table, len(m.Metadata)),
	}}
	for name, value := range m.Metadata {
		if err := out.set(name, value); err != nil {
			return out, &InvalidError{m.UUID, name, err.Error()}
		}
	}
	if m.Metadata[schema.MetadataExchange] == "" {
		out.key = topic
	}
	return out, out.check()
}

func (o *outgoing) set(name, value string) error {
	var err error
	switch name {
	case schema.MetadataType:
		o.publishing.Type = value
	case schema.MetadataTime:
		if o.publishing.Timestamp, err = time.Parse(time.RFC3339Nano, value); err != nil {
			return fmt.Errorf("is no RFC 3339 time: %q", value)
		}
	case schema.MetadataExchange:
		o.exchange = value
	case schema.MetadataRoutingKey:
		o.key = value
	case schema.HeaderRevision, schema.HeaderCompany, schema.HeaderConflated:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return fmt.Errorf("is no integer: %q", value)
		}
		o.publishing.Headers[name] = n
	default:
		if !strings.HasPrefix(name, privateMetadata) {
			o.publishing.Headers[name] = value
		}
	}
	return nil
}

// check refuses what amqp091 or the broker would answer with the end of the
// connection.
func (o *outgoing) check() error {
	id := o.publishing.MessageId
	if len(id) > maxShort {
		return &InvalidError{id, "message_id", tooLong(id)}
	}
	for _, p := range []struct{ name, value string }{
		{"exchange", o.exchange}, {"routing key", o.key}, {"type", o.publishing.Type},
	} {
		if len(p.value) > maxShort {
			return &InvalidError{id, p.name, tooLong(p.value)}
		}
	}
	for name := range o.publishing.Headers {
		if len(name) > maxShort {
			return &InvalidError{id, "header name", tooLong(name)}
		}
	}
	return nil
}

func tooLong(s string) string {
	return fmt.Sprintf("has %d bytes, AMQP takes %d", len(s), maxShort)
}

// propertySize is at least what the properties take in the header frame, which
// cannot be split.
func (o *outgoing) propertySize() int {
	p := &o.publishing
	n := 64 + len(p.ContentType) + len(p.MessageId) + len(p.Type) + len(p.AppId)
	for name, value := range p.Headers {
		n += 16 + len(name)
		if s, ok := value.(string); ok {
			n += len(s)
		}
	}
	return n
}
