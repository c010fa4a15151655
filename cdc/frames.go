package cdc

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/odoobridge/odoobridge/internal/change"
)

// frame handles one frame of the connection.
func (ss *session) frame(kind byte, body []byte) error {
	switch kind {
	case frameCopyData:
		return ss.copyData(body)
	case frameError:
		var msg pgproto3.ErrorResponse
		if err := msg.Decode(body); err != nil {
			return protocolErrorf("an error that cannot be read: %v", err)
		}
		return ss.streamError("the server ended the stream", pgconn.ErrorResponseToPgError(&msg))
	case frameNotice, frameParameter:
		return nil
	case frameCopyDone, frameComplete, frameReady:
		// In order, as when the server shuts down.
		return errors.New("the server ended the stream")
	}
	return protocolErrorf("a frame of type %q", kind)
}

func (ss *session) copyData(m []byte) error {
	if len(m) == 0 {
		return protocolErrorf("an empty CopyData frame")
	}
	switch m[0] {
	case copyXLogData:
		return ss.xlogData(m)
	case copyKeepalive:
		return ss.keepalive(m)
	}
	return protocolErrorf("a CopyData frame of type %q", m[0])
}

// xlogData handles a message of pgoutput.
func (ss *session) xlogData(m []byte) error {
	if len(m) < xlogHeader {
		return protocolErrorf("an XLogData frame of %d bytes", len(m))
	}
	if len(m) > xlogHeader && m[xlogHeader] == msgBegin {
		ss.lag(m)
	}
	if err := ss.asm.message(m[xlogHeader:]); err != nil {
		return err
	}
	if !ss.asm.open && ss.asm.empty != 0 {
		ss.passed(ss.asm.empty)
		ss.asm.empty = 0
	}
	return nil
}

// lag compares when a transaction was committed with when it is sent, both by
// the server's clock.
func (ss *session) lag(m []byte) {
	const commitTime = xlogHeader + 1 + 8 // after the message's type and final position
	if len(m) < commitTime+8 {
		return // decoding will say so
	}
	sent := int64(binary.BigEndian.Uint64(m[17:]))
	commit := int64(binary.BigEndian.Uint64(m[commitTime:]))
	ss.setBehind(time.Duration(sent-commit)*time.Microsecond > behindAfter)
}

// setBehind changes between catching up, when reads wait for bytes to collect,
// and being up to date, when each is read as it comes.
func (ss *session) setBehind(behind bool) {
	if behind == ss.behind {
		return
	}
	ss.behind = behind
	ss.counters.catchingUp.Store(behind)
	lazyReads(ss.conn.Conn(), behind)
}

// keepalive handles the server's sign of life.
func (ss *session) keepalive(m []byte) error {
	if len(m) != keepaliveSize {
		return protocolErrorf("a keepalive of %d bytes", len(m))
	}
	end := change.LSN(binary.BigEndian.Uint64(m[1:]))
	if m[keepaliveSize-1] != 0 {
		ss.status.answer()
	}
	raise(&ss.counters.serverWAL, uint64(end))
	if !ss.asm.open {
		ss.passed(end)
	}
	return nil
}

// passed notes that everything up to lsn has come.
func (ss *session) passed(lsn change.LSN) {
	raise(&ss.counters.serverWAL, uint64(lsn))
	ss.beats.passed(lsn)
	ss.idle.offer(lsn)
}

// advance puts an idle advance into the batch when one is due.
func (ss *session) advance(now time.Time) {
	if ss.asm.open || len(ss.asm.batch.pieces) > 0 {
		return
	}
	if lsn, due := ss.idle.due(now, ss.asm.handed, ss.Confirmed()); due {
		ss.asm.idle(lsn)
	}
}
