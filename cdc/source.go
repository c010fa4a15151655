package cdc

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
)

// Source reads one slot of one database. Its methods are safe for concurrent
// use, but only one Stream may run at a time.
type Source struct {
	cfg    Config
	timing timing

	away    away
	control control // the ordinary connection for questions

	confirmed atomic.Uint64 // durable downstream
	handed    atomic.Uint64 // end of the last piece given to the queue
	reached   atomic.Uint64 // everything before it is given to the queue, or was nothing for us
	passage   passage
	streaming atomic.Bool

	counters counters
	beats    heartbeats

	mu   sync.Mutex
	temp *replConn // holds the temporary slot until Stream takes it over
	from change.LSN
	used *replConn // by CheckPosition, for Stream to go on with
}

// New returns a source. It does not connect.
func New(cfg Config) (*Source, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("configure the replication source: %w", err)
	}
	s := &Source{cfg: cfg, timing: defaultTiming}
	s.control.source = s
	s.beats.hook = cfg.Hooks.Heartbeat
	return s, nil
}

// Close ends the connections that are not Stream's. A temporary slot that no
// Stream took over goes with it.
func (s *Source) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.control.close(ctx)
	for _, conn := range []*replConn{s.take(&s.temp), s.take(&s.used)} {
		if conn != nil {
			conn.close()
		}
	}
}

// Confirm says that everything up to lsn is durable downstream, so that the
// server need not keep it. A position that was never handed over is refused:
// confirming it would lose what lies before it.
func (s *Source) Confirm(lsn change.LSN) {
	if handed := s.handed.Load(); uint64(lsn) > handed {
		s.cfg.Logger.Error("a position was confirmed that was never handed over; ignored",
			logLSN, lsn.String(), logHanded, change.LSN(handed).String())
		return
	}
	raise(&s.confirmed, uint64(lsn))
	s.passage.move()
}

// Confirmed is the last confirmed position, 0 before Stream began.
func (s *Source) Confirmed() change.LSN { return change.LSN(s.confirmed.Load()) }

// raise sets a to v unless it is already beyond.
func raise(a *atomic.Uint64, v uint64) {
	for {
		old := a.Load()
		if v <= old || a.CompareAndSwap(old, v) {
			return
		}
	}
}

// keepTemporary remembers the connection that holds the temporary slot.
func (s *Source) keepTemporary(conn *replConn, from change.LSN) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.temp, s.from = conn, from
}

// keepUsed leaves a connection on which everything was in order to Stream.
func (s *Source) keepUsed(conn *replConn) {
	s.mu.Lock()
	former := s.used
	s.used = conn
	s.mu.Unlock()
	if former != nil {
		former.close()
	}
}

// take takes a connection from where it was kept; nil when there is none.
func (s *Source) take(from **replConn) *replConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	conn := *from
	*from = nil
	return conn
}
