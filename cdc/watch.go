package cdc

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/clock"
)

// WatchPublication looks at the publication now and then, until ctx ends (then
// it returns nil) or something is wrong with it (a *PublicationError): a table
// that left it would go on changing without us hearing of it. That it cannot be
// looked at for a while is no error here: Stream reconnects too.
func (s *Source) WatchPublication(ctx context.Context, tables []string, every time.Duration) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		findings, err := s.CheckPublication(ctx, tables)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			s.cfg.Logger.Warn("the publication could not be looked at", logPublication, s.cfg.Publication, logError, err.Error())
		case len(findings) > 0:
			return &PublicationError{Publication: s.cfg.Publication, Findings: findings}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// Health is how the slot stands on the server, for metrics and readiness.
type Health struct {
	Slot SlotState
	// Lag is how much log the server has beyond what was confirmed.
	Lag int64
}

// Health asks the server.
func (s *Source) Health(ctx context.Context) (Health, error) {
	slot, err := s.SlotState(ctx)
	if err != nil {
		return Health{}, err
	}
	h := Health{Slot: slot}
	if confirmed := max(slot.ConfirmedFlush, s.Confirmed()); slot.Exists && slot.CurrentWAL > confirmed {
		h.Lag = int64(slot.CurrentWAL - confirmed)
	}
	return h, nil
}

// ClockAhead is by how much the server's clock is ahead of ours for certain: negative when it is behind, 0 when it may be the same.
func (s *Source) ClockAhead(ctx context.Context) (time.Duration, error) {
	if _, err := s.control.version(ctx); err != nil { // connects, which is not to count
		return 0, err
	}
	began := time.Now()
	rows, err := s.control.query(ctx, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
	ended := time.Now()
	if err != nil {
		return 0, fmt.Errorf("ask for the time: %w", err)
	}
	if len(rows) != 1 {
		return 0, unexpected("ask for the time", rows)
	}
	r := fields{row: rows[0]}
	told := time.UnixMicro(r.number())
	if r.err != nil {
		return 0, fmt.Errorf("ask for the time: %w", r.err)
	}
	return clock.Ahead(began, ended, told, 0), nil
}
