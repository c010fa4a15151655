package sqlite

import (
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

const (
	eventColumns = "seq, timeline, lsn, ordinal, xid, time, entity, what, k1, k2, subject, revision, company, origin, changed, before, body, epoch, resync, previous"
	putEvent     = "INSERT INTO event (" + eventColumns + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)

func (s *Store) insertEvent(e *store.Event) error {
	q, err := s.w.Prep(putEvent)
	if err != nil {
		return err
	}
	var lsn [17]byte
	q.Int(1, e.Seq)
	q.Int(2, int64(e.Timeline))
	q.Bytes(3, e.LSN.Append(lsn[:0]))
	q.Int(4, int64(e.Ordinal))
	q.Int(5, int64(e.XID))
	q.Int(6, e.Time.UnixMicro())
	q.Text(7, e.Entity)
	q.Text(8, e.What)
	q.Int(9, e.Key[0])
	q.Int(10, e.Key[1])
	q.Text(11, e.Subject)
	q.Int(12, e.Revision)
	q.Int(13, e.Company)
	q.Text(14, e.Origin)
	if e.Changed == nil {
		q.Null(15)
	} else {
		var list [128]byte
		q.Bytes(15, describe.AppendNames(list[:0], e.Changed))
	}
	if e.Before == nil {
		q.Null(16)
	} else {
		q.Bytes(16, e.Before)
	}
	q.Bytes(17, e.Body)
	q.Int(18, int64(e.Epoch))
	q.Int(19, 0)
	if e.Resync {
		q.Int(19, 1)
	}
	q.Int(20, e.Previous)
	return q.Run()
}

func readEvent(q *capi.Stmt) (e store.Event, size int, err error) {
	e = store.Event{
		Seq: q.ColumnInt(0), Timeline: int32(q.ColumnInt(1)), Ordinal: int(q.ColumnInt(3)),
		XID: uint32(q.ColumnInt(4)), Time: time.UnixMicro(q.ColumnInt(5)).UTC(),
		Entity: q.ColumnText(6), What: q.ColumnText(7), Key: store.Key{q.ColumnInt(8), q.ColumnInt(9)},
		Subject: q.ColumnText(10), Revision: q.ColumnInt(11), Company: q.ColumnInt(12), Origin: q.ColumnText(13),
		Before: q.ColumnBytes(15), Body: q.ColumnBytes(16),
		Epoch: int32(q.ColumnInt(17)), Resync: q.ColumnInt(18) != 0, Previous: q.ColumnInt(19),
	}
	if e.LSN, err = change.ParseLSN(q.ColumnText(2)); err != nil {
		return e, 0, err
	}
	if !q.ColumnNull(14) {
		e.Changed, err = describe.ReadNames(q.ColumnText(14))
	}
	return e, len(e.Body) + len(e.Before), err
}
