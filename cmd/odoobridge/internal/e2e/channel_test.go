package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

// received is an event as a channel's system gets it.
type received struct {
	ID       string `json:"id"`
	Source   string `json:"source"`
	Type     string `json:"type"`
	Subject  string `json:"subject"`
	Revision int64  `json:"revision"`
	Origin   string `json:"origin"`
	Resync   bool   `json:"resync"`
	Data     struct {
		Entity  json.RawMessage            `json:"entity"`
		Changed []string                   `json:"changed"`
		Before  map[string]json.RawMessage `json:"before"`
	} `json:"data"`
	body   string
	header map[string]any
}

// line is what the golden files hold of an event.
func (e received) line() string {
	text := fmt.Sprintf("%s %s r%d", e.Type, e.Subject, e.Revision)
	if e.Origin != "" {
		text += " by " + e.Origin
	}
	if len(e.Data.Changed) > 0 {
		text += " changed " + strings.Join(e.Data.Changed, ",")
	}
	return text
}

// channel consumes a queue as a channel's system does, keeping everything.
type channel struct {
	t      testing.TB
	mu     sync.Mutex
	events []received
	again  int // deliveries with an id that was there already
	bodies map[string]string
}

// listen consumes the queue until the test ends; the queue must exist.
func listen(t testing.TB, url, queue string) *channel {
	t.Helper()
	c := &channel{t: t, bodies: map[string]string{}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- outboundtest.Consumer{URL: url, Queue: queue}.Run(ctx, c.take) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("consume %s: %v", queue, err)
		}
	})
	return c
}

func (c *channel) take(d outboundtest.Delivery) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := received{body: string(d.Body), header: d.Headers}
	if err := json.Unmarshal(d.Body, &e); err != nil {
		c.t.Errorf("a delivery is not JSON: %v", err)
		return
	}
	if e.ID != d.ID || e.Type != d.Type {
		c.t.Errorf("the message says %s %s, its body %s %s", d.ID, d.Type, e.ID, e.Type)
	}
	if body, seen := c.bodies[e.ID]; seen {
		c.again++
		if body != e.body {
			c.t.Errorf("event %s came twice with different bodies:\n%s\n%s", e.ID, body, e.body)
		}
		return
	}
	c.bodies[e.ID] = e.body
	c.events = append(c.events, e)
}

// waitFor waits for n different events.
func (c *channel) waitFor(n int) {
	c.t.Helper()
	testkit.Eventually(c.t, patience, func() bool { return c.len() >= n }, func() string {
		return fmt.Sprintf("%d events, want %d", c.len(), n)
	})
}

// repeated is how many deliveries had an id that was there already.
func (c *channel) repeated() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.again
}

func (c *channel) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.events)
}

// from returns the events from the nth on.
func (c *channel) from(n int) []received {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]received(nil), c.events[n:]...)
}
