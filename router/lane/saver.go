package lane

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// saver writes the cursors of all lanes, a while after one has moved. It is
// the only one to wait for the store.
type saver struct {
	lanes func() []*lane
	opts  *Options
	moved chan struct{} // capacity 1
}

// run saves until ctx ends. What the lanes do after that, save does once more.
func (s *saver) run(ctx context.Context) {
	for {
		select {
		case <-s.moved:
		case <-ctx.Done():
			return
		}
		t := s.opts.Clock.NewTimer(s.opts.SaveEvery)
		select {
		case <-t.C():
		case <-ctx.Done():
			t.Stop()
			return
		}
		if err := s.save(ctx); err != nil && ctx.Err() == nil {
			s.opts.Log.Warn("cannot save how far the lanes are: a restart would repeat deliveries", slog.Any("error", err))
			poke(s.moved)
		}
	}
}

// save writes the cursors that have moved.
func (s *saver) save(ctx context.Context) error {
	var (
		lanes   []*lane
		cursors []storedCursor
		rows    []store.Cursor
	)
	for _, l := range s.lanes() {
		if c, differs := l.unsaved(); differs {
			lanes, cursors, rows = append(lanes, l), append(cursors, c), append(rows, c.Cursor)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := s.opts.Cursors.SaveCursors(ctx, slices.Clip(rows)); err != nil {
		return fmt.Errorf("save the cursors of %d lanes: %w", len(rows), err)
	}
	for i, l := range lanes {
		l.cursorSaved(cursors[i])
	}
	return nil
}

// last saves what is left when the lanes have stopped.
func (s *saver) last(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.save(ctx)
}
