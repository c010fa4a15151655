package cdc

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
)

// beatPrefix marks our messages in the log.
const beatPrefix = "odoobridge"

// heartbeats remembers the last one sent until it arrives.
type heartbeats struct {
	hook func(time.Duration)

	mu      sync.Mutex
	content []byte // of the one under way; nil when none is
	lsn     change.LSN
	sent    time.Time
	came    time.Time
	lag     time.Duration
}

// heartbeat writes a message into the log now and then. It moves the log, so
// that an idle database's slot advances, and its arrival in the stream proves
// the way end to end. It is transactional, because the log of a commit is
// written out at once. Without the right to, it gives up with one warning.
func (s *Source) heartbeat(ctx context.Context) error {
	ticker := time.NewTicker(s.cfg.Heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if !s.counters.connected.Load() {
			continue
		}
		switch err := s.beat(ctx); {
		case err == nil, ctx.Err() != nil:
		case sqlState(err) == insufficient:
			s.cfg.Logger.Warn("heartbeats are off: the role may not call pg_logical_emit_message; "+
				"GRANT EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text) to it", logError, err.Error())
			return nil
		default:
			s.cfg.Logger.Warn("a heartbeat could not be written", logError, err.Error())
		}
	}
}

func (s *Source) beat(ctx context.Context) error {
	content := s.cfg.Slot + "/" + rand.Text()
	s.beats.leaves([]byte(content))
	rows, err := s.control.query(ctx, `SELECT pg_logical_emit_message(true, $1, $2)`, beatPrefix, content)
	if err != nil {
		s.beats.failed()
		return fmt.Errorf("write a heartbeat: %w", err)
	}
	if len(rows) != 1 {
		return errors.New("write a heartbeat: no position came back")
	}
	lsn, err := change.ParseLSN(rows[0][0])
	if err != nil {
		return fmt.Errorf("write a heartbeat: %w", err)
	}
	s.beats.written([]byte(content), lsn)
	return nil
}

func (h *heartbeats) leaves(content []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.content == nil { // else the older one is still under way, and its lag the true one
		h.content, h.lsn, h.sent = content, 0, time.Now()
	}
}

func (h *heartbeats) failed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lsn == 0 {
		h.content = nil
	}
}

func (h *heartbeats) written(content []byte, lsn change.LSN) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if bytes.Equal(content, h.content) {
		h.lsn = lsn
	}
}

// arrived takes a message from the stream (PostgreSQL 14 and later).
func (h *heartbeats) arrived(m logical) {
	if string(m.prefix) != beatPrefix {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if bytes.Equal(m.content, h.content) {
		h.end()
	}
}

// passed takes a position up to which everything came: before PostgreSQL 14,
// where messages are not sent, that is how a heartbeat arrives.
func (h *heartbeats) passed(lsn change.LSN) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.content != nil && h.lsn != 0 && lsn > h.lsn {
		h.end()
	}
}

func (h *heartbeats) end() {
	h.came = time.Now()
	h.lag = h.came.Sub(h.sent)
	h.content = nil
	if h.hook != nil {
		h.hook(h.lag)
	}
}

// last is when a heartbeat last came, and how long the way took; while one is
// overdue, how long it has been under way so far.
func (h *heartbeats) last() (time.Time, time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	lag := h.lag
	if h.content != nil {
		lag = max(lag, time.Since(h.sent))
	}
	return h.came, lag
}
