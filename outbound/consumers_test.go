package outbound

import (
	"encoding/json"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wmamqp "github.com/ThreeDotsLabs/watermill-amqp/v3/pkg/amqp"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/outbound/watermillamqp"
)

func TestConsumerOnWatermillAMQPReadsOurQueues(t *testing.T) {
	url := testkit.RabbitMQ(t).NewVhost(t)
	(&sender{t: t, p: newTestPublisher(t, newTestBroker(t, testConfig(url, Quorum))), topic: testQueue}).run(t.Context(), 20)
	config := watermillConfig(url, Quorum)
	config.Marshaler = watermillamqp.Marshaler{}
	subscriber, err := wmamqp.NewSubscriber(config, watermill.NewSlogLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := subscriber.Close(); err != nil {
			t.Error(err)
		}
	}()
	deliveries, err := subscriber.Subscribe(t.Context(), testQueue)
	if err != nil {
		t.Fatal(err)
	}
	// It comes again, with a header that is no string, and later than its
	// neighbour.
	receive(t, deliveries).Nack()
	seen := map[string]message.Metadata{}
	for range 20 {
		m := receive(t, deliveries)
		seen[m.UUID] = m.Metadata
		m.Ack()
	}
	for _, id := range eventIDs(20) {
		if seen[id] == nil {
			t.Errorf("event %s did not come", id)
		}
	}
	want := message.Metadata{
		"entity": "order", "key": "S00000", "revision": "7", "company": "1",
		"x-delivery-count": "1", "_watermill_amqp_redelivered": "true",
		"amqp.type": "order.confirmed", "amqp.timestamp": "2026-11-23T07:21:37Z",
	}
	if diff := cmp.Diff(want, seen[eventID(0)]); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}

func receive(t testing.TB, deliveries <-chan *message.Message) *message.Message {
	t.Helper()
	select {
	case m, ok := <-deliveries:
		if ok {
			return m
		}
	case <-time.After(waitLong):
	}
	t.Fatal("no delivery")
	return nil
}

// Why watermill-amqp's publisher is not ours: see docs/adr/0002. Should this
// fail, it has learned it.
func TestWatermillAMQPTakesAReturnedMessageForDelivered(t *testing.T) {
	url := testkit.RabbitMQ(t).NewVhost(t)
	p, err := wmamqp.NewPublisher(watermillConfig(url, Quorum), watermill.NewSlogLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := p.Publish("nobody.listens", event(0)); err != nil {
		t.Errorf("it noticed: %v", err)
	}
}

func TestConsumerOnNodeReadsOurQueues(t *testing.T) {
	dir := installNode(t)
	url := testkit.RabbitMQ(t).NewVhost(t)
	const n = 50
	(&sender{t: t, p: newTestPublisher(t, newTestBroker(t, testConfig(url, Quorum))), topic: testQueue}).run(t.Context(), n)
	cmd := exec.CommandContext(t.Context(), "node", "consume.mjs", url, testQueue, strconv.Itoa(n))
	cmd.Dir = dir
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the consumer: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != n {
		t.Fatalf("%d deliveries came, want %d", len(lines), n)
	}
	for i, line := range lines {
		var d map[string]any
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		if d["messageId"] != eventID(i) {
			t.Fatalf("delivery %d is %v, want %s", i, d["messageId"], eventID(i))
		}
		if i == 0 {
			requireNodeDelivery(t, d)
		}
	}
}

func requireNodeDelivery(t testing.TB, d map[string]any) {
	t.Helper()
	want := map[string]any{
		"messageId": eventID(0), "type": "order.confirmed", "appId": "odoobridge", "deliveryMode": 2.0,
		"contentType": contentType, "timestamp": "2026-11-23T07:21:37.000Z",
		"headers": map[string]any{"entity": "order", "key": "S00000", "revision": 7.0, "company": 1.0},
		"body":    map[string]any{"n": 0.0},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("delivery (-want +got):\n%s", diff)
	}
}

// installNode puts the consumer and its client, at the versions of its lock
// file, into a directory of the test.
func installNode(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("npm is needed to show that a consumer in another language reads our queues")
		}
		t.Skip("there is no npm: not shown that a consumer in another language reads our queues")
	}
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "consume.mjs"} {
		content, err := os.ReadFile(filepath.Join("testdata", "node-consumer", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	return dir
}
