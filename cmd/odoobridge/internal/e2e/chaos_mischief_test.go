package e2e

import (
	"bytes"
	crand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"net/url"
	"sync"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

// deadEar hears what was no command.
type deadEar struct {
	mu     sync.Mutex
	bodies [][]byte
}

func hearDead(t testing.TB, url string) *deadEar {
	t.Helper()
	e := &deadEar{}
	consumeForEver(t, url, "commands.dead", func(d outboundtest.Delivery) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.bodies = append(e.bodies, d.Body)
	})
	return e
}

func (e *deadEar) heard(body []byte) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, one := range e.bodies {
		if bytes.Equal(one, body) {
			return true
		}
	}
	return false
}

// userOf is whom a broker's URL connects as.
func userOf(t testing.TB, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u.User.Username()
}

// garbage is a megabyte of anything, or of what looks like a command for a while.
func (s *vendor) garbage(draw *rand.Rand) {
	body := make([]byte, 1<<20)
	_, _ = crand.Read(body) // it never fails
	if draw.IntN(2) == 0 {
		copy(body, `{"specversion":"1.0","type":"order.place","id":"`)
	}
	s.reject(body, s.user)
}

// forge sends an order that the channel's own user has not sent.
func (s *vendor) forge() {
	id := fmt.Sprintf("%s-forged-%d", s.name, s.count)
	s.reject(s.body("order.place", id, id, s.draft(id, "c0", s.goods[0]), now()), "")
}

// reject sends what must come to nothing but a dead letter.
func (s *vendor) reject(body []byte, user string) {
	s.mu.Lock()
	s.rejected = append(s.rejected, body)
	s.mu.Unlock()
	s.post.send(s.name+".order.place", amqp.Publishing{ContentType: "application/cloudevents+json", DeliveryMode: amqp.Persistent, Body: body, UserId: user})
}

// draft is the data of an order of one thing.
func (s *vendor) draft(number, customer string, one thingSold) map[string]any {
	return map[string]any{
		"number": number, "placed_at": now(), "currency": s.currency, "customer": customer, "totals": map[string]any{"total": "10.00"},
		"lines": []any{map[string]any{"id": "1", "sku": one.sku, "quantity": "1", "unit_price": "10.00", "taxes": []string{}}},
	}
}

// checkDead looks whether what was no command is kept as a dead letter, and did nothing.
func (m *market) checkDead(b *books) {
	m.t.Helper()
	m.mu.Lock()
	rejected := m.rejected
	m.mu.Unlock()
	missing := 0
	testkit.Eventually(m.t, patience, func() bool {
		missing = 0
		for _, body := range rejected {
			if !m.dead.heard(body) {
				missing++
			}
		}
		return missing == 0
	}, func() string {
		return fmt.Sprintf("%d of %d messages that are no commands are not among the dead letters", missing, len(rejected))
	})
	for number := range b.orders {
		if bytes.Contains([]byte(number), []byte("-forged-")) {
			m.t.Errorf("order %s was placed by somebody else than the channel's user", number)
		}
	}
}
