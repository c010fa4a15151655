package lane

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// storedCursor is a lane's cursor as the store has it, or should.
type storedCursor struct {
	store.Cursor
	load  *loadState
	known bool // false: this is the lane's first start
}

func (c *storedCursor) same(o *storedCursor) bool {
	if c.known != o.known || c.Seq != o.Seq || (c.load == nil) != (o.load == nil) {
		return false
	}
	return c.load == nil || c.load.progress == o.load.progress
}

// restore gives the lane the cursor that the store has.
func (l *lane) restore(c store.Cursor) error {
	s, err := decodeState(c.State)
	if err != nil {
		return fmt.Errorf("lane %s: %w", l.id, err)
	}
	l.cursorSaved(storedCursor{Cursor: c, load: s.Load, known: true})
	return nil
}

// resume is where the lane left off.
func (l *lane) resume() (seq int64, load *loadState, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stored.Seq, l.stored.load, l.stored.known
}

// cursor is where the lane would have to go on if it stopped now; ok is false
// when it does not know its place yet.
func (l *lane) cursor() (c storedCursor, ok bool) {
	seq, load, ok := l.flight.cursor()
	if !ok {
		return c, false
	}
	return storedCursor{
		Cursor: store.Cursor{Lane: l.id, Seq: seq, State: encodeState(load), Updated: l.opts.Clock.Now()},
		load:   load, known: true,
	}, true
}

// unsaved is the lane's cursor if the store has another one.
func (l *lane) unsaved() (storedCursor, bool) {
	c, ok := l.cursor()
	l.mu.Lock()
	defer l.mu.Unlock()
	return c, ok && !c.same(&l.stored)
}

func (l *lane) cursorSaved(c storedCursor) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stored = c
}

// saver writes the cursors of all lanes, a while after one has moved. It is
// the only one to wait for the store.
type saver struct {
	lanes []*lane
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
	for _, l := range s.lanes {
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
