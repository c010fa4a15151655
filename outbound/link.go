package outbound

import (
	"context"
	"log/slog"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// link keeps one connection up.
type link struct {
	name string
	dial func(ctx context.Context, name string) (*broker.Connection, error)
	log  *slog.Logger
	tell func() // the state has changed
	told telemetry.Told

	mu      sync.Mutex
	state   linkState
	changed chan struct{} // closed and replaced with each change
}

// linkState is what is known of the connection.
type linkState struct {
	conn      *broker.Connection // nil while there is none
	err       error              // why there is none
	blocked   bool               // by an alarm
	reason    string             // the broker's, for being blocked
	unblocked time.Time          // when it was blocked last
}

func newLink(name string, dial func(context.Context, string) (*broker.Connection, error), log *slog.Logger, tell func()) *link {
	return &link{
		name: name, dial: dial, log: log, tell: tell,
		state:   linkState{err: ErrConnectionLost},
		changed: make(chan struct{}),
	}
}

// run connects, and connects again, until ctx ends.
func (l *link) run(ctx context.Context) {
	retry := broker.Reconnecting()
	for ctx.Err() == nil {
		conn, err := l.dial(ctx, l.name)
		if err != nil {
			l.down(ctx, err)
		} else {
			up := time.Now()
			l.up(conn)
			err := l.watch(ctx, conn)
			l.down(ctx, err)
			conn.ShutDown(closeTimeout)
			if time.Since(up) >= broker.Steady {
				retry.Reset()
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(retry.NextBackOff()):
		}
	}
}

// watch returns when the connection has ended, and why.
func (l *link) watch(ctx context.Context, conn *broker.Connection) error {
	ended := conn.NotifyClose(make(chan *amqp.Error, 1))
	// amqp091 drops a notification that is not taken for five seconds: nothing
	// slow may happen here.
	blocked := conn.NotifyBlocked(make(chan amqp.Blocking, 16))
	for {
		select {
		case <-ctx.Done():
			return ErrClosed
		case e := <-ended:
			return channelError(e)
		case b, ok := <-blocked:
			if !ok {
				blocked = nil
				continue
			}
			l.block(b)
		}
	}
}

func (l *link) up(conn *broker.Connection) {
	l.told.Over()
	l.log.Info("connected to the broker", slog.String(telemetry.KeyConnection, l.name))
	l.set(func(s *linkState) { *s = linkState{conn: conn} })
}

func (l *link) down(ctx context.Context, err error) {
	if ctx.Err() != nil {
		err = ErrClosed
	} else if !broker.WasTold(err) && l.told.First(err) {
		l.log.Warn("no connection to the broker", slog.String(telemetry.KeyConnection, l.name), slog.Any(telemetry.KeyError, err), slog.String(telemetry.KeyRemedy, broker.Remedy(err)))
	}
	l.set(func(s *linkState) { *s = linkState{err: err} })
}

func (l *link) block(b amqp.Blocking) {
	if b.Active {
		l.log.Warn("the broker takes no messages for now", slog.String(telemetry.KeyConnection, l.name), slog.String(telemetry.KeyReason, b.Reason))
	} else {
		l.log.Info("the broker takes messages again", slog.String(telemetry.KeyConnection, l.name))
	}
	l.set(func(s *linkState) {
		s.blocked, s.reason = b.Active, b.Reason
		s.unblocked = time.Now()
	})
}

func (l *link) set(change func(*linkState)) {
	l.mu.Lock()
	change(&l.state)
	close(l.changed)
	l.changed = make(chan struct{})
	l.mu.Unlock()
	l.tell()
}

// get is the state, and what is closed when it changes.
func (l *link) get() (linkState, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state, l.changed
}
