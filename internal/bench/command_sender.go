package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// commandSender publishes commands as a channel would, and notes when each is answered.
type commandSender struct {
	conn    *amqp.Connection
	channel *amqp.Channel
	results *consumer
	padding string // of commands, in an attribute that says nothing

	mu       sync.Mutex
	sent     map[string]time.Time
	took     map[string]time.Duration
	outcomes []string // of what was not applied
	late     int      // answers to a second word before the first
	news     chan struct{}
}

func openCommandSender(url string) (*commandSender, error) {
	s := &commandSender{sent: map[string]time.Time{}, took: map[string]time.Duration{}, news: make(chan struct{}, 1)}
	var err error
	if s.conn, err = amqp.Dial(url); err != nil {
		return nil, fmt.Errorf("connect to the broker: %w", err)
	}
	if s.channel, err = s.conn.Channel(); err != nil {
		return nil, errors.Join(fmt.Errorf("open a channel: %w", err), s.conn.Close())
	}
	if s.results, err = consume(url, "results."+laneChannel, s.take); err != nil {
		return nil, errors.Join(err, s.conn.Close())
	}
	return s, nil
}

func (s *commandSender) take(d amqp.Delivery) {
	var result struct {
		Subject string
		Data    struct{ Outcome string }
	}
	err := json.Unmarshal(d.Body, &result)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || result.Data.Outcome != "applied" {
		s.outcomes = append(s.outcomes, fmt.Sprintf("%s (%v)", d.Body, err))
	}
	if sent, ok := s.sent[result.Subject]; ok && s.took[result.Subject] == 0 {
		s.took[result.Subject] = time.Since(sent)
		if customer, second := strings.CutPrefix(result.Subject, "many-2-"); second && s.took["many-1-"+customer] == 0 {
			s.late++
		}
	}
	select {
	case s.news <- struct{}{}:
	default:
	}
}

func (s *commandSender) send(ctx context.Context, id, customer, name string) error {
	command := map[string]any{
		"specversion": "1.0", "id": id, "source": "https://shop.example.com", "type": "customer.upsert", "subject": customer,
		"time": time.Now().UTC().Format(timeLayout), "data": map[string]any{"name": name, "email": customer + "@example.test"},
	}
	if s.padding != "" {
		command["padding"] = s.padding
	}
	body, err := json.Marshal(command)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.sent[id] = time.Now()
	s.mu.Unlock()
	err = s.channel.PublishWithContext(ctx, "odoo.commands", laneChannel+".customer.upsert", false, false, amqp.Publishing{
		ContentType: "application/cloudevents+json", DeliveryMode: amqp.Persistent, MessageId: id, Type: "customer.upsert", Body: body,
	})
	if err != nil {
		return fmt.Errorf("send a command: %w", err)
	}
	return nil
}

// answered waits until so many commands have their answers, and fails when one was not applied.
func (s *commandSender) answered(ctx context.Context, n int) error {
	limit := time.NewTimer(drainLimit)
	defer limit.Stop()
	for {
		s.mu.Lock()
		have, refused := len(s.took), s.outcomes
		s.mu.Unlock()
		switch {
		case len(refused) > 0:
			return fmt.Errorf("%d commands were not applied: %s", len(refused), refused[0])
		case have >= n:
			return nil
		}
		select {
		case <-s.news:
		case <-limit.C:
			return fmt.Errorf("%d of %d commands were answered in %s", have, n, drainLimit)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// left is how many commands the broker has not given to the bridge.
func (s *commandSender) left() (int, error) {
	q, err := s.channel.QueueDeclarePassive("commands."+laneChannel+".customers", true, false, false, false, nil)
	if err != nil {
		return 0, fmt.Errorf("ask for the queue of commands: %w", err)
	}
	return q.Messages, nil
}

func (s *commandSender) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.took)
}

func (s *commandSender) disorder() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.late
}

func (s *commandSender) latencies(prefix string) (all latencies) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, took := range s.took {
		if strings.HasPrefix(id, prefix) {
			all = append(all, took)
		}
	}
	return all
}

func (s *commandSender) close() error { return errors.Join(s.results.stop(), s.conn.Close()) }

// odooCallLimit is when Odoo ends a call: its limit_time_real.
const odooCallLimit = 2 * time.Minute

// busyTime measures how long calls take in a server, and can hold them back. Like Odoo it does not notice that a client has left: a call
// is at work until it is done, or Odoo ends it.
type busyTime struct {
	next http.Handler

	mu   sync.Mutex
	sum  time.Duration
	now  int // calls
	peak int
	held chan struct{} // nil: calls pass
}

// ServeHTTP passes a call on.
func (b *busyTime) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	held := b.held
	b.now++
	b.peak = max(b.peak, b.now)
	b.mu.Unlock()
	defer b.left()
	if held != nil {
		select {
		case <-held:
		case <-time.After(odooCallLimit):
			panic(http.ErrAbortHandler) // the process is ended, and the connection with it
		}
	}
	began := time.Now()
	b.next.ServeHTTP(w, r)
	b.mu.Lock()
	b.sum += time.Since(began)
	b.mu.Unlock()
}

func (b *busyTime) left() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now--
}

// most is how many calls there were at a time at the most, those that are held back with them.
func (b *busyTime) most() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.peak
}

func (b *busyTime) total() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sum
}

func (b *busyTime) hold() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = make(chan struct{})
}

func (b *busyTime) let() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held != nil {
		close(b.held)
		b.held = nil
	}
}
