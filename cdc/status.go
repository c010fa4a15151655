package cdc

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pglogrepl"
)

// status reports the confirmed position to the server while a session lasts,
// on a goroutine of its own: however slow the handler is, the server hears of
// us and does not end the connection.
type status struct {
	source   *Source
	conn     *replConn
	interval time.Duration

	answers chan struct{} // the server asked for a reply
	asks    chan struct{} // we want one from the server
	quit    chan struct{}
	done    chan struct{}
}

func newStatus(s *Source, conn *replConn, interval time.Duration) *status {
	return &status{
		source: s, conn: conn, interval: interval,
		answers: make(chan struct{}, 1), asks: make(chan struct{}, 1),
		quit: make(chan struct{}), done: make(chan struct{}),
	}
}

func (st *status) answer() { signal(st.answers) }
func (st *status) ask()    { signal(st.asks) }

// run sends until stop. When the connection does not take it, it is closed, so
// that the receiver notices.
func (st *status) run() {
	defer close(st.done)
	ticker := time.NewTicker(st.interval)
	defer ticker.Stop()
	for {
		wantReply := false
		select {
		case <-ticker.C:
		case <-st.answers:
		case <-st.asks:
			wantReply = true
		case <-st.quit:
			return
		}
		if err := st.send(wantReply); err != nil {
			_ = st.conn.Conn().Close()
			return
		}
	}
}

// stop ends run and waits for it.
func (st *status) stop() {
	close(st.quit)
	<-st.done
}

// send reports the confirmed position as written, flushed and applied. None of
// them may be 0: pglogrepl would put the written position in its place, and the
// server would take it for durable.
func (st *status) send(wantReply bool) error {
	confirmed := pglogrepl.LSN(st.source.Confirmed())
	if confirmed == 0 {
		return nil // nothing is known yet; silence says nothing wrong
	}
	if err := st.conn.Conn().SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return fmt.Errorf("report the position: %w", err)
	}
	err := pglogrepl.SendStandbyStatusUpdate(context.Background(), st.conn.PgConn, pglogrepl.StandbyStatusUpdate{
		WALWritePosition: confirmed, WALFlushPosition: confirmed, WALApplyPosition: confirmed, ReplyRequested: wantReply,
	})
	if err != nil {
		return fmt.Errorf("report the position: %w", err)
	}
	return nil
}
