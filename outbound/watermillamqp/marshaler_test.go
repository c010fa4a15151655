package watermillamqp

import (
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"
	amqp "github.com/rabbitmq/amqp091-go"
)

func TestEveryHeaderBecomesMetadata(t *testing.T) {
	m, err := Marshaler{}.Unmarshal(amqp.Delivery{
		MessageId: "1-0/1A2B3C8-2", Type: "order.confirmed", Body: []byte("{}"),
		Timestamp: time.Date(2026, 11, 23, 7, 21, 37, 0, time.UTC),
		Headers:   amqp.Table{"entity": "order", "revision": int64(7), "x-delivery-count": int32(1), "x-death": []any{amqp.Table{"count": int64(1)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := message.Metadata{
		"entity": "order", "revision": "7", "x-delivery-count": "1", "x-death": "[map[count:1]]",
		"amqp.type": "order.confirmed", "amqp.timestamp": "2026-11-23T07:21:37Z",
	}
	if diff := cmp.Diff(want, m.Metadata); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	if m.UUID != "1-0/1A2B3C8-2" || string(m.Payload) != "{}" {
		t.Errorf("message %s with %s", m.UUID, m.Payload)
	}
}

func TestWhatIsSentOnKeepsItsIdentity(t *testing.T) {
	d := amqp.Delivery{MessageId: "1-0/1A2B3C8-2", Type: "order.confirmed", Body: []byte("{}"),
		Timestamp: time.Date(2026, 11, 23, 7, 21, 37, 0, time.UTC), Headers: amqp.Table{"entity": "order"}}
	m, err := Marshaler{}.Unmarshal(d)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Marshaler{}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if p.MessageId != d.MessageId || p.Type != d.Type || !p.Timestamp.Equal(d.Timestamp) ||
		p.DeliveryMode != amqp.Persistent || string(p.Body) != "{}" || !cmp.Equal(p.Headers, d.Headers) {
		t.Errorf("%+v", p)
	}
	m.Metadata["amqp.timestamp"] = "yesterday"
	if _, err := (Marshaler{}).Marshal(m); err == nil {
		t.Error("took a time that is none")
	}
}
