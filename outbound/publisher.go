package outbound

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/internal/broker"
)

// Publisher publishes the messages of one lane, in order, many at a time. It is
// a message.Publisher; see the package's documentation for what it promises.
type Publisher struct {
	name    string
	opts    publisherOptions
	link    *link
	log     *slog.Logger
	release func() // the broker forgets it

	mu       sync.Mutex              // held by Publish
	session  atomic.Pointer[session] // stored under mu
	prepared atomic.Bool             // the queue was seen, and no message came back since
	reason   atomic.Pointer[error]
	returned atomic.Uint64
	largest  atomic.Pointer[largest]

	closing chan struct{}
	once    sync.Once
	cancel  context.CancelFunc
	work    sync.WaitGroup
}

// largest is how many bytes the broker takes, as it has told on a connection: the
// limit is changed by restarting it, so another connection may know another one.
type largest struct {
	conn  *broker.Connection
	bytes int64
}

// publisherOptions say how a publisher behaves.
type publisherOptions struct {
	window         int
	windowBytes    int
	confirmTimeout time.Duration
	patience       time.Duration // how long Publish waits for a connection
	grace          time.Duration // how long Close waits for confirmations
	prepare        func(ctx context.Context, conn *broker.Connection, exchange, key string) error
	onChange       func()       // connected, blocked or neither
	allowed        func() error // why nothing may be published now; nil allows
}

func newPublisher(name string, dial func(context.Context, string) (*broker.Connection, error), opts publisherOptions, log *slog.Logger) *Publisher {
	ctx, cancel := context.WithCancel(context.Background())
	p := &Publisher{
		name: name, opts: opts, log: log,
		closing: make(chan struct{}),
		cancel:  cancel,
		release: func() {},
	}
	p.link = newLink(name, dial, log, opts.onChange)
	p.work.Go(func() { p.link.run(ctx) })
	return p
}

// Publish sends messages in order. It returns when all are in the window: their
// acks and nacks follow. When it fails, those of its messages that are not in
// the window are nacked too. It waits while the window is full or the
// broker takes nothing, as long as the first message's context and Close allow.
func (p *Publisher) Publish(topic string, messages ...*message.Message) error {
	if len(messages) == 0 {
		return nil
	}
	ctx := messages[0].Context()
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, m := range messages {
		if err := p.publish(ctx, topic, m); err != nil {
			for _, left := range messages[i:] {
				left.Nack()
			}
			return fmt.Errorf("publish to %s: %w", topic, err)
		}
	}
	return nil
}

func (p *Publisher) publish(ctx context.Context, topic string, m *message.Message) error {
	o, err := encode(topic, m)
	if err != nil {
		return err
	}
	if err := p.checkSize(&o); err != nil {
		return err
	}
	s, err := p.open(ctx, &o)
	if err != nil {
		return err
	}
	if n, limit := o.propertySize(), s.wire.maxProperties(); n > limit {
		return &InvalidError{m.UUID, "headers", fmt.Sprintf("have %d bytes, a frame takes %d", n, limit)}
	}
	if err := p.await(ctx, s, len(m.Payload)); err != nil {
		return p.told(s, err)
	}
	if p.opts.allowed != nil {
		if err := p.opts.allowed(); err != nil {
			return err
		}
	}
	return p.told(s, s.send(&o, m))
}

// told forgets a session that has ended when err lets the caller know: the next
// message may go on a new channel.
func (p *Publisher) told(s *session, err error) error {
	if err == nil {
		return nil
	}
	select {
	case <-s.done:
		p.session.CompareAndSwap(s, nil)
	default:
	}
	return err
}

// checkSize keeps back what the broker has said it does not take.
func (p *Publisher) checkSize(o *outgoing) error {
	limit, size := p.largest.Load(), int64(len(o.publishing.Body))
	if limit == nil || size <= limit.bytes {
		return nil
	}
	if state, _ := p.link.get(); state.conn == nil || state.conn != limit.conn {
		return nil // what it takes now is not known yet
	}
	return &TooLargeError{ID: o.publishing.MessageId, Size: size, Limit: limit.bytes}
}

// await returns when the session has room and the broker takes messages.
func (p *Publisher) await(ctx context.Context, s *session, size int) error {
	for {
		state, changed := p.link.get()
		fits := s.window.fits(size)
		if fits && !state.blocked {
			return p.stopped(ctx)
		}
		select {
		case <-s.window.room:
		case <-changed:
		case <-s.done:
			return s.err
		case <-ctx.Done():
			return ctx.Err()
		case <-p.closing:
			return ErrClosed
		}
	}
}

// stopped is why nothing more may be sent.
func (p *Publisher) stopped(ctx context.Context) error {
	select {
	case <-p.closing:
		return ErrClosed
	default:
		return ctx.Err()
	}
}

// Reason is what stands in the way: an alarm, or the last failure until a
// message is confirmed again.
func (p *Publisher) Reason() error {
	if state, _ := p.link.get(); state.blocked {
		return fmt.Errorf("%w: %s", ErrBlocked, state.reason)
	}
	if err := p.reason.Load(); err != nil {
		return *err
	}
	return nil
}

// explain keeps the reason where Reason finds it.
func (p *Publisher) explain(err error) {
	var large *TooLargeError
	if errors.As(err, &large) {
		state, _ := p.link.get()
		p.largest.Store(&largest{state.conn, large.Limit})
	}
	p.reason.Store(&err)
}

// Close takes no more messages and waits for the outcome of those
// in the window, as long as its grace allows. It may be called while Publish
// waits, which it ends, and more than once.
func (p *Publisher) Close() error {
	p.once.Do(func() { close(p.closing) })
	var err error
	if s := p.session.Load(); s != nil {
		err = p.drain(s)
	}
	p.cancel()
	p.mu.Lock() // when a Publish there may be has returned
	defer p.mu.Unlock()
	p.work.Wait()
	p.release()
	return err
}

// drain waits for the outcome of what is in the window.
func (p *Publisher) drain(s *session) error {
	s.window.shutDown()
	grace := time.NewTimer(p.opts.grace)
	defer grace.Stop()
	select {
	case <-s.done:
	case <-grace.C:
		s.fail(ErrClosed)
		s.wire.abort()
		<-s.done
		return fmt.Errorf("close the publisher: the broker did not confirm everything within %s", p.opts.grace)
	}
	return nil
}
