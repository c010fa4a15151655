package cdc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

const (
	frameCopyData  = 'd'
	frameCopyDone  = 'c'
	frameComplete  = 'C'
	frameReady     = 'Z'
	frameError     = 'E'
	frameNotice    = 'N'
	frameParameter = 'S'

	copyXLogData  = 'w'
	copyKeepalive = 'k'
	xlogHeader    = 25 // 'w', start, end, server's clock
	keepaliveSize = 18
)

// session is one connection's worth of streaming.
type session struct {
	*stream
	conn   *replConn
	status *status

	heard  time.Time // when bytes last came
	total  uint64    // the wire's count of bytes then
	asked  time.Time // when a reply was asked for, in vain so far
	behind bool      // what comes now was committed a while ago
}

// session connects, checks that this is still the same database and slot, and
// streams until something fails. started is called when streaming begins.
func (st *stream) session(ctx context.Context, started func()) error {
	conn, err := st.open(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	if err := st.startReplication(ctx, conn); err != nil {
		return err
	}
	started()
	st.told.Over()
	st.streamed, st.formerPID = true, conn.PID()
	st.counters.connected.Store(true)
	st.cfg.Logger.Info("streaming", logSlot, st.cfg.Slot, logPublication, st.cfg.Publication,
		logLSN, st.Confirmed().String(), logTimeline, st.identity.Timeline, logVersion, st.identity.ServerVersion)
	if hook := st.cfg.Hooks.Connected; hook != nil {
		hook()
	}
	ss := &session{stream: st, conn: conn, status: newStatus(st.Source, conn, st.statusEvery)}
	return ss.run(ctx)
}

// run receives until an error, with standby status flowing beside it.
func (ss *session) run(ctx context.Context) error {
	go ss.status.run()
	// Receiving blocks in the socket: let the end of ctx wake it.
	unwatch := context.AfterFunc(ctx, func() { _ = ss.conn.Conn().SetReadDeadline(time.Unix(1, 0)) })
	err := ss.receive(ctx)
	unwatch()
	ss.asm.lost()
	if ctx.Err() == nil {
		// What is whole need not wait for the next connection.
		err = errors.Join(err, ss.push(ctx))
	} else {
		<-ss.handlerDone // it may confirm something yet
	}
	ss.status.stop()
	if ctx.Err() != nil {
		ss.farewell()
	}
	return err
}

// farewell reports the last confirmed position and waits until the server has
// read it, which it shows by closing the connection.
func (ss *session) farewell() {
	if err := ss.status.send(false); err != nil {
		return
	}
	conn := ss.conn.Conn()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	ss.conn.Frontend().Send(&pgproto3.CopyDone{})
	ss.conn.Frontend().Send(&pgproto3.Terminate{})
	if ss.conn.Frontend().Flush() == nil {
		_, _ = io.Copy(io.Discard, conn)
	}
}

// receive takes frames until an error.
func (ss *session) receive(ctx context.Context) error {
	ss.heard, ss.total = time.Now(), ss.conn.wire.total
	for {
		if !ss.conn.wire.ready() || ss.asm.full() {
			if err := ss.drained(ctx); err != nil {
				return err
			}
		}
		kind, body, err := ss.conn.wire.next()
		if err == nil {
			err = ss.frame(kind, body)
		} else if err = ss.readFailed(ctx, err); err == nil {
			continue
		}
		if err != nil {
			return err
		}
	}
}

// drained is called when nothing more is in memory, or enough is: it hands on
// what is complete and prepares for the next read.
func (ss *session) drained(ctx context.Context) error {
	if !ss.asm.open || ss.asm.full() {
		ss.advance(time.Now())
		if err := ss.push(ctx); err != nil {
			return err
		}
	}
	if ss.conn.wire.ready() {
		return nil
	}
	now := time.Now()
	ss.noticed(now)
	if ss.asked.IsZero() {
		ss.heard = now // waiting for room in the queue was not the server's silence
	}
	if err := ss.conn.Conn().SetReadDeadline(now.Add(ss.patience())); err != nil {
		return fmt.Errorf("set the read deadline: %w", err)
	}
	return context.Cause(ctx)
}

// noticed remembers that the link is alive.
func (ss *session) noticed(now time.Time) {
	wire := ss.conn.wire
	if wire.total != ss.total {
		ss.counters.bytes.Add(int64(wire.total - ss.total))
		ss.total, ss.asked = wire.total, time.Time{}
		ss.counters.lastHeard.Store(now.UnixNano())
		ss.heard = now
	}
}

// patience is how long the next read may take.
func (ss *session) patience() time.Duration {
	if ss.behind {
		return lazyWait
	}
	if ss.idle.pending(ss.asm.handed) {
		return min(ss.timing.idleEvery, ss.timing.silenceAsk)
	}
	return ss.timing.silenceAsk
}

// readFailed tells a time-out, after which reading goes on, from a lost connection.
func (ss *session) readFailed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var netErr net.Error
	if !errors.As(err, &netErr) || !netErr.Timeout() {
		return fmt.Errorf("read the replication stream: %w", err)
	}
	now := time.Now()
	ss.noticed(now)
	ss.setBehind(false) // what there was has been read
	if now.Sub(ss.heard) < ss.timing.silenceAsk {
		return nil
	}
	if ss.asked.IsZero() {
		ss.asked = now
		ss.status.ask()
		return nil
	}
	if now.Sub(ss.asked) < ss.timing.silenceLimit {
		return nil
	}
	return ss.silent(ctx, now)
}

// silent decides what a silence means. A walsender that decodes a huge
// transaction of which nothing is for us neither sends nor listens, for
// minutes if need be; then the server says that it is busy.
func (ss *session) silent(ctx context.Context, now time.Time) error {
	if ss.walsenderBusy(ctx) {
		ss.cfg.Logger.Info("the server is silent but busy decoding", logSlot, ss.cfg.Slot, logSilence, now.Sub(ss.heard))
		ss.heard, ss.asked = time.Now(), time.Time{}
		return nil
	}
	return &SilenceError{For: now.Sub(ss.heard)}
}

// walsenderBusy asks on another connection whether our walsender is at work
// rather than waiting for us or for the network.
func (ss *session) walsenderBusy(ctx context.Context) bool {
	rows, err := ss.control.query(ctx, `SELECT 1 FROM pg_stat_activity
		WHERE pid = $1 AND state = 'active' AND coalesce(wait_event_type, '') NOT IN ('Client', 'Activity')`, fmt.Sprint(ss.conn.PID()))
	return err == nil && len(rows) == 1
}
