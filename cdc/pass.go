package cdc

import (
	"context"
	"fmt"
	"sync"

	"github.com/odoobridge/odoobridge/internal/change"
)

// passage wakes those who wait for the stream to come by a position.
type passage struct {
	mu    sync.Mutex
	moved chan struct{} // closed when anything moves; nil when nobody waits
}

func (p *passage) move() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.moved != nil {
		close(p.moved)
		p.moved = nil
	}
}

// next is closed with the next move.
func (p *passage) next() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.moved == nil {
		p.moved = make(chan struct{})
	}
	return p.moved
}

// wait returns when the condition holds, or with ctx's error.
func (p *passage) wait(ctx context.Context, holds func() bool) error {
	for {
		moved := p.next() // before looking: what moves meanwhile is not missed
		if holds() {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Pass returns once everything that anybody could see committed when it was called has come through the stream and is
// confirmed. It puts a mark into the log, which is written out at once and comes behind all of that. A role that may not
// write marks takes the log's present end in its place. It waits for as long as ctx lets it while the stream
// is away.
func (s *Source) Pass(ctx context.Context) error {
	at, err := s.mark(ctx)
	if err != nil {
		return fmt.Errorf("mark a position in the log: %w", err)
	}
	err = s.passage.wait(ctx, func() bool { return s.reached.Load() >= uint64(at) })
	if err == nil {
		handed := s.handed.Load() // what came before the mark, at least
		err = s.passage.wait(ctx, func() bool { return s.confirmed.Load() >= handed })
	}
	if err != nil {
		return fmt.Errorf("wait until the log has come by %s (it is at %s): %w", at, change.LSN(s.reached.Load()), err)
	}
	return nil
}

// mark is a position behind everything that is committed.
func (s *Source) mark(ctx context.Context) (change.LSN, error) {
	rows, err := s.control.query(ctx, `SELECT pg_logical_emit_message(true, $1, $2)`, beatPrefix, s.cfg.Slot+"/mark")
	if sqlState(err) == insufficient {
		rows, err = s.control.query(ctx, `SELECT pg_current_wal_lsn()`)
	}
	if err != nil {
		return 0, err
	}
	if len(rows) != 1 {
		return 0, unexpected("mark a position", rows)
	}
	return change.ParseLSN(rows[0][0])
}

// reachedBy notes that everything up to a position is in the handler's queue, or durable.
func (st *stream) reachedBy() {
	raise(&st.reached, uint64(max(st.asm.handed, st.idle.candidate)))
	st.passage.move()
}
