package cdc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// Handler takes pieces in order. They and all they refer to are valid until it
// returns. It need not have made them durable by then: that is what Confirm
// reports, at any later time.
type Handler func(ctx context.Context, pieces []change.Piece) error

// Stream hands every transaction that commits after start to handle, until ctx
// ends (then it returns nil) or something happens that it cannot mend. start
// is the last position durable downstream; 0 stands for where the slot is.
//
// Handlers are called one at a time. When ctx ends, the running call is waited
// for, and what it confirmed is reported to the server last of all.
func (s *Source) Stream(ctx context.Context, start change.LSN, handle Handler) error {
	if !s.streaming.CompareAndSwap(false, true) {
		return errors.New("stream: this source is streaming already")
	}
	defer s.streaming.Store(false)

	st := newStream(s, start)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(st.handlerDone)
		return st.deliver(gctx, handle)
	})
	g.Go(func() error { return st.run(gctx) })
	if s.cfg.Heartbeat > 0 {
		g.Go(func() error { return s.heartbeat(gctx) })
	}
	err := g.Wait()
	s.counters.connected.Store(false)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// stream is one call of Stream: what lives longer than a connection.
type stream struct {
	*Source
	start change.LSN
	queue *queue
	pool  batches
	asm   *assembler
	idle  idle

	identity    Identity // of the first connection
	formerPID   uint32   // our walsender on the connection that was lost, or may have become one
	streamed    bool     // the slot has been ours
	heldSince   time.Time
	holder      Holder         // of the slot, as it was seen last
	told        telemetry.Told // why the connection ended or cannot be made
	statusEvery time.Duration
	handlerDone chan struct{}
}

func newStream(s *Source, start change.LSN) *stream {
	st := &stream{
		Source: s, start: start,
		queue: newQueue(s.cfg.QueueBytes), pool: make(batches, 8),
		idle:        idle{every: s.timing.idleEvery, bytes: s.timing.idleBytes},
		handlerDone: make(chan struct{}),
	}
	st.asm = &assembler{dec: newDecoder(), batch: &batch{}, beat: s.beats.arrived}
	s.counters.queue.Store(st.queue)
	return st
}

// begin sets all positions to where streaming starts.
func (st *stream) begin(start change.LSN) {
	st.asm.handed = start
	st.handed.Store(uint64(start))
	st.confirmed.Store(uint64(start))
	st.reached.Store(uint64(start))
}

// deliver calls the handler with what is in the queue.
func (st *stream) deliver(ctx context.Context, handle Handler) error {
	var taken []*batch
	var pieces []change.Piece
	for {
		var err error
		if taken, err = st.queue.pop(ctx, taken); err != nil {
			return err
		}
		clear(pieces)
		pieces = pieces[:0]
		bytes := 0
		for _, b := range taken {
			pieces = append(pieces, b.pieces...)
			bytes += b.cost
		}
		if err := handle(ctx, pieces); err != nil {
			return err
		}
		for _, b := range taken {
			st.pool.put(b)
		}
		st.queue.done(bytes)
	}
}

// push gives the batch to the handler's queue if there is anything in it.
func (st *stream) push(ctx context.Context) error {
	if len(st.asm.batch.pieces) == 0 {
		st.reachedBy()
		return nil
	}
	b := st.asm.take(st.pool.get())
	st.counters.count(b)
	// Before the handler can see it, so that it may be confirmed at once.
	raise(&st.handed, uint64(st.asm.handed))
	if err := st.queue.push(ctx, b); err != nil {
		return err
	}
	st.reachedBy()
	return nil
}

// run connects, streams, and connects again.
func (st *stream) run(ctx context.Context) error {
	retry := newRetry(st.timing)
	for {
		err := st.session(ctx, retry.succeeded)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		st.counters.connected.Store(false)
		if isTerminal(err) || st.cfg.Temporary {
			return err
		}
		pause, err := st.pauseAfter(ctx, err, retry)
		if err != nil {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// remedyAway is what to do where connecting again may help.
const remedyAway = "nothing, if it comes back; else look whether PostgreSQL runs, and whether postgres.dsn leads to it"

// pauseAfter decides how long to stay away after a session ended with err, or
// that there is no point in coming back.
func (st *stream) pauseAfter(ctx context.Context, err error, retry *retry) (time.Duration, error) {
	var active *SlotActiveError
	if errors.As(err, &active) {
		return st.waitForSlot(ctx, active)
	}
	st.heldSince = time.Time{}
	pause := retry.next(err)
	st.counters.reconnects.Add(1)
	if sqlState(err) == adminShutdown {
		st.away.stay(pause)
	}
	if st.told.First(err) {
		st.cfg.Logger.Warn("the replication stream ended; connecting again until it goes on", logSlot, st.cfg.Slot,
			logError, err.Error(), logPause, pause, logConfirmed, st.Confirmed().String(), logRemedy, remedyAway)
	}
	if hook := st.cfg.Hooks.Disconnected; hook != nil {
		hook(err, pause)
	}
	return pause, nil
}

// waitForSlot waits while another process has the slot: a former walsender of
// ours, which is ended, or another bridge, for which a stand-by waits for ever.
func (st *stream) waitForSlot(ctx context.Context, active *SlotActiveError) (time.Duration, error) {
	now := time.Now()
	if st.heldSince.IsZero() {
		st.heldSince = now
	}
	if st.formerPID != 0 && uint32(active.Holder.PID) == st.formerPID {
		st.endFormer(ctx, active.Holder.PID)
		return st.timing.retryFirst, nil
	}
	if st.endDeposed(ctx, active.Holder.PID) {
		return st.timing.retryFirst, nil
	}
	if st.holder.PID != active.Holder.PID {
		st.holder = st.Holder(ctx, active.Holder.PID)
	}
	active.Holder = st.holder
	if hook := st.cfg.Hooks.Waiting; hook != nil {
		hook(active.Holder)
	}
	limit := st.timing.activeGrace
	if st.streamed {
		limit = st.timing.staleWait
	}
	if held := now.Sub(st.heldSince); !st.cfg.Standby && held >= limit {
		return 0, active
	} else if held == 0 {
		st.cfg.Logger.Info("another process reads from the slot; waiting for it", logSlot, st.cfg.Slot, logPID, active.Holder.PID, logReader, active.Holder.String())
	}
	return min(st.timing.standbyPoll, limit), nil
}

// endFormer ends our own walsender of a connection that is dead, which the
// server has not noticed. It is the one that holds our slot, so no process
// that got the same number since is hit.
func (st *stream) endFormer(ctx context.Context, pid int32) {
	_, err := st.control.query(ctx, `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
		WHERE slot_name = $1 AND active_pid = $2`, st.cfg.Slot, fmt.Sprint(pid))
	if err != nil {
		st.cfg.Logger.Warn("our former replication process could not be ended", logPID, pid, logError, err.Error())
	}
}

// endDeposed ends the process that holds the slot if it serves the bridge that
// was at work before and is known to have ended, and reports whether it does.
func (st *stream) endDeposed(ctx context.Context, pid int32) bool {
	if st.cfg.Former == "" {
		return false
	}
	rows, err := st.control.query(ctx, `SELECT pg_terminate_backend(s.active_pid) FROM pg_replication_slots s
		JOIN pg_stat_activity a ON a.pid = s.active_pid
		WHERE s.slot_name = $1 AND s.active_pid = $2 AND a.application_name = $3`, st.cfg.Slot, fmt.Sprint(pid), st.cfg.Former)
	if err != nil {
		st.cfg.Logger.Warn("the former bridge's replication process could not be ended", logPID, pid, logError, err.Error())
	}
	return len(rows) > 0
}
