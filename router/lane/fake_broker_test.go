package lane

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"go.uber.org/goleak"

	"github.com/odoobridge/odoobridge/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// received is a message as it lies in a queue.
type received struct {
	id       string
	headers  map[string]string
	at       time.Time
	Type     string
	Subject  string
	Revision int64
	Data     struct {
		Entity  map[string]any
		Changed []string
		Before  map[string]any
	}
}

func (r received) String() string {
	b, _ := json.Marshal(r.Data.Before)
	s := fmt.Sprintf("%s %s %s r%d %v %s", r.id, r.Type, r.Subject, r.Revision, r.Data.Changed, b)
	if n := r.headers[schema.HeaderConflated]; n != "" {
		s += " x" + n
	}
	if v := r.headers[HeaderView]; v != "" {
		s += " " + v
	}
	return s
}

// outcomeKind is what the fake broker does with a message.
type outcomeKind int

const (
	takes     outcomeKind = iota // in the queue, confirmed
	loses                        // not in the queue, not confirmed; the channel with all outstanding is lost
	forgets                      // in the queue, but the confirm is lost with the channel
	withholds                    // in the queue, confirmed when released
	refuses                      // never sent: it will never pass
)

// poisonError is what a publisher says of a message that will never pass.
type poisonError struct{ id string }

func (e poisonError) Error() string     { return "message " + e.id + " is too large" }
func (e poisonError) Permanent() bool   { return true }
func (e poisonError) MessageID() string { return e.id }
func (e poisonError) Code() string      { return "message_too_large" }

var errDown = errors.New("the broker is down")

// fakeBroker is a broker and the publishers of the lanes.
type fakeBroker struct {
	mu      sync.Mutex
	queues  map[string][]received
	decide  func(topic string, m *message.Message) outcomeKind
	down    bool
	dead    bool // the process was killed: nothing it does arrives
	waiting map[string][]*message.Message
	sent    int
	window  int
}

func newFakeBroker() *fakeBroker {
	return &fakeBroker{
		queues: map[string][]received{}, waiting: map[string][]*message.Message{}, window: 64,
		decide: func(string, *message.Message) outcomeKind { return takes },
	}
}

func (b *fakeBroker) publisher(Spec) (message.Publisher, error) {
	return &fakePublisher{broker: b, closed: make(chan struct{})}, nil
}

func (b *fakeBroker) setDown(down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = down
}

// onMessage says what the broker does from now on.
func (b *fakeBroker) onMessage(decide func(topic string, m *message.Message) outcomeKind) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.decide = decide
}

// release confirms what was withheld.
func (b *fakeBroker) release(topic string) {
	b.mu.Lock()
	list := b.waiting[topic]
	b.waiting[topic] = nil
	b.mu.Unlock()
	for _, m := range list {
		m.Ack()
	}
}

func (b *fakeBroker) queue(topic string) []received {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.queues[topic])
}

// count is how many messages were sent to the broker.
func (b *fakeBroker) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sent
}

func (b *fakeBroker) kill() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dead = true
}

type fakePublisher struct {
	broker      *fakeBroker
	mu          sync.Mutex
	outstanding []*message.Message
	lost        bool // the channel; the next Publish opens another
	once        sync.Once
	closed      chan struct{}
}

func (p *fakePublisher) Publish(topic string, msgs ...*message.Message) error {
	for _, m := range msgs {
		if err := p.publish(msgs[0].Context(), topic, m); err != nil {
			return err
		}
	}
	return nil
}

func (p *fakePublisher) publish(ctx context.Context, topic string, m *message.Message) error {
	if p.lost {
		time.Sleep(time.Millisecond) // the round trip that a new channel takes
		p.lost = false
	}
	for p.full() {
		select {
		case <-p.closed:
			return errDown
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	b := p.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down || b.dead {
		p.failAll()
		return errDown
	}
	b.sent++
	kind := b.decide(topic, m)
	if kind == refuses {
		return fmt.Errorf("publish: %w", poisonError{m.UUID})
	}
	if kind != loses {
		b.queues[topic] = append(b.queues[topic], decode(m))
	}
	p.mu.Lock()
	p.outstanding = append(p.outstanding, m)
	p.mu.Unlock()
	switch kind {
	case takes:
		m.Ack()
	case withholds:
		b.waiting[topic] = append(b.waiting[topic], m)
	default:
		p.failAll()
		p.lost = true
	}
	return nil
}

func (p *fakePublisher) full() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outstanding = slices.DeleteFunc(p.outstanding, func(m *message.Message) bool {
		select {
		case <-m.Acked():
			return true
		case <-m.Nacked():
			return true
		default:
			return false
		}
	})
	return len(p.outstanding) >= p.broker.window
}

func (p *fakePublisher) failAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.outstanding {
		m.Nack()
	}
	p.outstanding = nil
}

func (p *fakePublisher) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func decode(m *message.Message) received {
	r := received{id: m.UUID, headers: maps.Clone(m.Metadata), at: time.Now()}
	if err := json.Unmarshal(m.Payload, &r); err != nil {
		panic(fmt.Sprintf("payload of %s: %v", m.UUID, err))
	}
	return r
}
