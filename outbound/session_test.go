package outbound

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"
	"pgregory.net/rapid"
)

// fakeWire is a channel whose broker is the test.
type fakeWire struct {
	returns chan amqp.Return
	aborted chan struct{}

	mu     sync.Mutex
	sent   []*fakeConfirm
	closed bool
	reason error
}

// fakeConfirm is the broker's word on one message, when it comes.
type fakeConfirm struct {
	done  chan struct{}
	acked bool
}

func (c *fakeConfirm) Done() <-chan struct{} { return c.done }
func (c *fakeConfirm) Acked() bool           { return c.acked }

func (c *fakeConfirm) settle(ack bool) {
	c.acked = ack
	close(c.done)
}

func newFakeWire() *fakeWire {
	return &fakeWire{returns: make(chan amqp.Return, 100), aborted: make(chan struct{})}
}

func (w *fakeWire) publish(*outgoing) (confirmation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reason != nil {
		return nil, amqp.ErrClosed
	}
	c := &fakeConfirm{done: make(chan struct{})}
	w.sent = append(w.sent, c)
	return c, nil
}

func (w *fakeWire) returned() <-chan amqp.Return { return w.returns }
func (w *fakeWire) maxProperties() int           { return 4096 }
func (w *fakeWire) abort()                       { close(w.aborted) }

func (w *fakeWire) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reason
}

func (w *fakeWire) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
}

// die is a channel that ends: amqp091 settles what is left, unacked.
func (w *fakeWire) die(reason error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reason = reason
	for _, c := range w.sent {
		select {
		case <-c.done:
		default:
			c.settle(false)
		}
	}
}

// trial is a session with n messages in its window.
type trial struct {
	wire     *fakeWire
	session  *session
	messages []*message.Message
	ended    error
	returned int

	mu      sync.Mutex
	blocked bool
	since   time.Time
}

func (tr *trial) alarm() (bool, time.Time) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.blocked, tr.since
}

func (tr *trial) setAlarm(blocked bool) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.blocked, tr.since = blocked, time.Now()
}

func newTrial(n int, exchange string) *trial {
	tr := &trial{wire: newFakeWire()}
	tr.session = newSession(tr.wire, newWindow(1000, 1<<20), time.Minute, tr.alarm,
		sessionEvents{confirmed: func() {}, returned: func() { tr.returned++ }, ended: func(err error) { tr.ended = err }})
	for i := range n {
		m := event(i)
		tr.messages = append(tr.messages, m)
		if err := tr.session.send(&outgoing{exchange: exchange, key: testQueue}, m); err != nil {
			panic(err)
		}
	}
	return tr
}

// outcomes is one letter for each message: a acked, n nacked, - neither.
func (tr *trial) outcomes() string {
	var all []byte
	for _, m := range tr.messages {
		letter := byte('-')
		select {
		case <-m.Acked():
			letter = 'a'
		default:
		}
		select {
		case <-m.Nacked():
			letter = 'n'
		default:
		}
		all = append(all, letter)
	}
	return string(all)
}

func (tr *trial) require(t *testing.T, want string) {
	t.Helper()
	synctest.Wait()
	if got := tr.outcomes(); got != want {
		t.Errorf("outcomes %s, want %s", got, want)
	}
}

// end ends the session and waits for it.
func (tr *trial) end() {
	tr.session.fail(ErrClosed)
	<-tr.session.done
}

func TestConfirmsOutOfOrderAreTakenInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(5, "")
		go tr.session.run()
		tr.wire.sent[2].settle(true)
		tr.wire.sent[1].settle(true)
		tr.require(t, "-----")
		tr.wire.sent[0].settle(true)
		tr.require(t, "aaa--")
		tr.wire.sent[4].settle(true)
		tr.require(t, "aaa--")
		tr.wire.sent[3].settle(true)
		tr.require(t, "aaaaa")
		tr.end()
	})
}

func TestNackedMessageTakesAllLaterOnesWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(4, "")
		tr.wire.sent[3].settle(true)
		tr.wire.sent[1].settle(false)
		go tr.session.run()
		tr.require(t, "----")
		tr.wire.sent[0].settle(true)
		tr.require(t, "annn")
		<-tr.session.done
		if !errors.Is(tr.ended, ErrNacked) {
			t.Errorf("ended with %v", tr.ended)
		}
		if !tr.wire.closed {
			t.Error("the channel is still open")
		}
	})
}

func TestReturnedMessageIsNotDeliveredAlthoughConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(3, "")
		go tr.session.run()
		tr.wire.returns <- amqp.Return{MessageId: eventID(1), ReplyText: "NO_ROUTE", RoutingKey: testQueue}
		tr.wire.sent[1].settle(true)
		tr.wire.sent[2].settle(true)
		tr.require(t, "---")
		tr.wire.sent[0].settle(true)
		tr.require(t, "ann")
		<-tr.session.done
		var returned *ReturnedError
		if !errors.As(tr.ended, &returned) || returned.ID != eventID(1) || returned.Key != testQueue {
			t.Errorf("ended with %v", tr.ended)
		}
	})
}

func TestReturnsFromAnExchangeAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(3, ExchangeEvents)
		go tr.session.run()
		for i := range 2 {
			tr.wire.returns <- amqp.Return{MessageId: eventID(i)}
		}
		for _, c := range tr.wire.sent {
			c.settle(true)
		}
		tr.require(t, "aaa")
		tr.end()
		if tr.returned != 2 {
			t.Errorf("%d returns were counted, want 2", tr.returned)
		}
	})
}

func TestLostChannelNacksWhatIsOutstanding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(3, "")
		go tr.session.run()
		tr.wire.sent[0].settle(true)
		tr.require(t, "a--")
		tr.wire.die(ErrConnectionLost)
		tr.require(t, "ann")
		<-tr.session.done
		if !errors.Is(tr.ended, ErrConnectionLost) {
			t.Errorf("ended with %v", tr.ended)
		}
		if err := tr.session.send(&outgoing{}, event(9)); !errors.Is(err, ErrConnectionLost) {
			t.Errorf("sending afterwards: %v", err)
		}
	})
}

func TestSilenceOfTheBrokerEndsTheChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(2, "")
		go tr.session.run()
		time.Sleep(59 * time.Second)
		tr.wire.sent[0].settle(true) // progress: the time-out begins anew
		tr.require(t, "a-")
		time.Sleep(59 * time.Second)
		tr.require(t, "a-")
		time.Sleep(2 * time.Second)
		tr.require(t, "an")
		<-tr.session.done
		if !errors.Is(tr.ended, ErrConfirmTimeout) {
			t.Errorf("ended with %v", tr.ended)
		}
	})
}

func TestTimeUnderAnAlarmIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrial(1, "")
		tr.setAlarm(true)
		go tr.session.run()
		time.Sleep(time.Hour + 30*time.Second)
		tr.require(t, "-")
		tr.setAlarm(false)
		time.Sleep(59 * time.Second)
		tr.require(t, "-")
		time.Sleep(2 * time.Second)
		tr.require(t, "n")
		<-tr.session.done
	})
}

// Whatever the broker says, and in whatever order: every message has exactly one outcome, and what is
// acked is a prefix that the broker has confirmed and not returned.
func TestOutcomesAreAlwaysAPrefixOfConfirmations(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(rt, "messages")
		tr := newTrial(n, "")
		var running sync.WaitGroup
		running.Go(tr.session.run)
		good := make([]bool, n) // confirmed and not returned
		order := rapid.Permutation(indexes(n)).Draw(rt, "order")
		until := rapid.IntRange(0, n).Draw(rt, "settled before the channel dies")
		for _, i := range order[:until] {
			switch rapid.SampledFrom([]string{"ack", "ack", "ack", "ack", "nack", "return"}).Draw(rt, fmt.Sprint(i)) {
			case "ack":
				good[i] = true
				tr.wire.sent[i].settle(true)
			case "nack":
				tr.wire.sent[i].settle(false)
			case "return":
				tr.wire.returns <- amqp.Return{MessageId: eventID(i)}
				tr.wire.sent[i].settle(true)
			}
		}
		prefix := slices.Index(append(good, false), false)
		for _, m := range tr.messages[:prefix] {
			<-m.Acked()
		}
		tr.wire.die(ErrConnectionLost)
		tr.session.fail(ErrClosed) // when nothing was left
		running.Wait()
		want := strings.Repeat("a", prefix) + strings.Repeat("n", n-prefix)
		if got := tr.outcomes(); got != want {
			rt.Fatalf("outcomes %s, want %s", got, want)
		}
	})
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
