package watermillamqp

import (
	"fmt"
	"strings"
	"time"

	wmamqp "github.com/ThreeDotsLabs/watermill-amqp/v3/pkg/amqp"
	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/schema"
)

// Marshaler makes watermill messages of the bridge's deliveries: the UUID is
// the event's id, headers of every kind become metadata, type and timestamp too.
type Marshaler struct{}

var _ wmamqp.Marshaler = Marshaler{}

// private begins metadata that are no headers.
const private = "amqp."

// Unmarshal takes whatever headers there are: those that count are integers,
// and RabbitMQ adds some of its own when it delivers again.
func (Marshaler) Unmarshal(d amqp.Delivery) (*message.Message, error) {
	m := message.NewMessage(d.MessageId, d.Body)
	for name, value := range d.Headers {
		m.Metadata[name] = fmt.Sprint(value)
	}
	m.Metadata[schema.MetadataType] = d.Type
	m.Metadata[schema.MetadataTime] = d.Timestamp.UTC().Format(time.RFC3339)
	return m, nil
}

// Marshal is for what a consumer sends on, to a queue of poisoned messages for
// instance. It keeps the id; headers become strings.
func (Marshaler) Marshal(m *message.Message) (amqp.Publishing, error) {
	p := amqp.Publishing{
		MessageId:    m.UUID,
		Type:         m.Metadata[schema.MetadataType],
		DeliveryMode: amqp.Persistent,
		ContentType:  amqp.MimeApplicationCloudEventsJSON + "; charset=utf-8",
		Headers:      make(amqp.Table, len(m.Metadata)),
		Body:         m.Payload,
	}
	for name, value := range m.Metadata {
		if !strings.HasPrefix(name, private) {
			p.Headers[name] = value
		}
	}
	if at := m.Metadata[schema.MetadataTime]; at != "" {
		var err error
		if p.Timestamp, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return p, fmt.Errorf("message %s: %w", m.UUID, err)
		}
	}
	return p, nil
}
