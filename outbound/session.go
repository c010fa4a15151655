package outbound

import (
	"fmt"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"
)

// wire is what a session needs of a channel in confirm mode.
type wire interface {
	publish(o *outgoing) (confirmation, error)
	returned() <-chan amqp.Return // holds a message's return before its confirmation is done
	failure() error
	maxProperties() int
	close()
	abort()
}

// session is what happens on one channel, from opening it to the first failure
// or the end. Its goroutine settles the messages in the order in
// which they were published.
type session struct {
	wire    wire
	window  *window
	timeout time.Duration
	alarm   func() (blocked bool, since time.Time) // blocked now, and when that changed last
	events  sessionEvents
	returns map[string][]amqp.Return // by message id, not yet settled

	stop  chan struct{} // closed by fail
	once  sync.Once
	cause error         // what fail was called with
	done  chan struct{} // closed when every message is settled and the channel is closed
	err   error         // why it ended; to be read after done
	lost  int           // messages that were nacked for it; to be read after done
}

// sessionEvents are called by the session's goroutine.
type sessionEvents struct {
	confirmed func()
	returned  func()
	ended     func(error) // before any message is nacked for it
}

func newSession(w wire, win *window, timeout time.Duration, alarm func() (bool, time.Time), events sessionEvents) *session {
	return &session{
		wire: w, window: win, timeout: timeout, alarm: alarm, events: events,
		returns: map[string][]amqp.Return{},
		stop:    make(chan struct{}),
		done:    make(chan struct{}),
	}
}

// send publishes a message and puts it into the window, which has room.
func (s *session) send(o *outgoing, m *message.Message) error {
	if s.failed() == nil {
		c, err := s.wire.publish(o)
		if err == nil && s.window.push(entry{msg: m, confirm: c, exchange: o.exchange, key: o.key, size: len(m.Payload)}) {
			return nil
		}
		if err != nil {
			s.fail(s.reason(err))
		}
	}
	<-s.done // the outcome of those before it comes first
	return s.err
}

// reason is why publishing failed, as far as the channel knows.
func (s *session) reason(err error) error {
	if reason := s.wire.failure(); reason != nil {
		return reason
	}
	return fmt.Errorf("%w: %w", ErrConnectionLost, err)
}

// fail ends the session; what is outstanding will be nacked.
func (s *session) fail(err error) {
	s.once.Do(func() {
		s.cause = err
		close(s.stop)
	})
}

// failed is why the session has ended or is about to.
func (s *session) failed() error {
	select {
	case <-s.stop:
		return s.cause
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// run settles messages until the session ends.
func (s *session) run() {
	defer close(s.done)
	s.err = s.settle()
	s.window.shutDown()
	s.events.ended(s.err)
	for e, ok := s.window.front(); ok; e, ok = s.window.front() {
		e.msg.Nack()
		s.lost++
		s.window.pop()
	}
	s.wire.close()
}

// settle acks messages as they are confirmed, and returns why it goes no
// further. The oldest message is then one that was not confirmed, if any is left.
func (s *session) settle() error {
	timer := time.NewTimer(s.timeout)
	defer timer.Stop()
	for {
		e, ok, err := s.oldest()
		if err != nil || !ok {
			return err
		}
		if err := s.await(e.confirm, timer); err != nil {
			return err
		}
		if err := s.outcome(&e); err != nil {
			return err
		}
		s.events.confirmed()
		s.window.pop()
		e.msg.Ack()
	}
}

// oldest waits for a message to settle; there is none when the window was shut
// and is empty.
func (s *session) oldest() (e entry, ok bool, err error) {
	for {
		if e, ok = s.window.front(); ok {
			return e, true, nil
		}
		if s.window.isShut() {
			return e, false, ErrClosed
		}
		select {
		case <-s.window.added:
		case <-s.stop:
			return e, false, s.cause
		}
	}
}

// await waits for the broker's word. It loses patience when there was none for
// as long as the time-out allows, not counting the time in which the broker
// takes nothing.
func (s *session) await(c confirmation, timer *time.Timer) error {
	select {
	case <-c.Done():
		return nil
	default:
	}
	began := time.Now()
	timer.Reset(s.timeout)
	for {
		select {
		case <-c.Done():
			return nil
		case <-s.stop:
			return s.cause
		case <-timer.C:
			more := s.patience(began)
			if more <= 0 {
				return fmt.Errorf("%w: none for %s", ErrConfirmTimeout, s.timeout)
			}
			timer.Reset(more)
		}
	}
}

func (s *session) patience(began time.Time) time.Duration {
	blocked, since := s.alarm()
	if blocked {
		return s.timeout
	}
	if since.After(began) {
		began = since
	}
	return s.timeout - time.Since(began)
}

// outcome reads the broker's word on a message: nil when it is in its queue, or
// went to an exchange that nobody listens to.
func (s *session) outcome(e *entry) error {
	if !e.confirm.Acked() {
		if err := s.wire.failure(); err != nil {
			return err
		}
		return fmt.Errorf("%w: message %s for %s", ErrNacked, e.msg.UUID, e.key)
	}
	r, ok := s.takeReturn(e.msg.UUID)
	if !ok {
		return nil
	}
	s.events.returned()
	if e.exchange != "" {
		return nil
	}
	return &ReturnedError{Key: e.key, ID: e.msg.UUID, Text: r.ReplyText}
}

// takeReturn finds out whether a message came back. The broker sends the return
// before the confirmation, so it is there when there is one.
func (s *session) takeReturn(id string) (amqp.Return, bool) {
	s.collectReturns()
	waiting := s.returns[id]
	if len(waiting) == 0 {
		return amqp.Return{}, false
	}
	if len(waiting) == 1 {
		delete(s.returns, id)
	} else {
		s.returns[id] = waiting[1:]
	}
	return waiting[0], true
}

func (s *session) collectReturns() {
	for {
		select {
		case r, ok := <-s.wire.returned():
			if !ok {
				return // the channel has ended
			}
			r.Body = nil
			s.returns[r.MessageId] = append(s.returns[r.MessageId], r)
		default:
			return
		}
	}
}
