package outbound

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

func TestMessagesArriveInOrderAsTheContractSays(t *testing.T) {
	for _, kind := range []string{Quorum, Classic} {
		t.Run(kind, func(t *testing.T) {
			url := testkit.RabbitMQ(t).NewVhost(t)
			p := newTestPublisher(t, newTestBroker(t, testConfig(url, kind)))
			connected(t, p)
			const n = 3000
			s := &sender{t: t, p: p, topic: testQueue}
			s.run(t.Context(), n)
			if s.resent > 0 {
				t.Errorf("sent again %d times although nothing failed", s.resent)
			}
			got, err := outboundtest.Take(t.Context(), url, testQueue, n)
			if err != nil {
				t.Fatal(err)
			}
			want := outboundtest.Delivery{
				ID: eventID(0), Type: "order.confirmed", RoutingKey: testQueue,
				ContentType: "application/cloudevents+json; charset=utf-8",
				Timestamp:   time.Date(2026, 11, 23, 7, 21, 37, 0, time.UTC),
				Headers:     map[string]any{"entity": "order", "key": "S00000", "revision": int64(7), "company": int64(1)},
				Body:        []byte(`{"n":0}`),
			}
			got[0].Received = time.Time{}
			got[0].Timestamp = got[0].Timestamp.UTC()
			if diff := cmp.Diff(want, got[0]); diff != "" {
				t.Errorf("delivery (-want +got):\n%s", diff)
			}
			for i, d := range got {
				if d.ID != eventID(i) {
					t.Fatalf("delivery %d is %s, want %s", i, d.ID, eventID(i))
				}
			}
		})
	}
}
