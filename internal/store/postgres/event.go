package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
)

const (
	eventFields  = 20
	eventColumns = "seq, timeline, lsn::text, ordinal, xid, time, entity, what, k1, k2, subject, revision, company, origin, changed, before, body, epoch, resync, previous"
	putEvents    = `INSERT INTO event (seq, timeline, lsn, ordinal, xid, time, entity, what, k1, k2, subject, revision, company, origin, changed, before, body, epoch, resync, previous)
		SELECT seq, timeline, lsn::pg_lsn, ordinal, xid, time, entity, what, k1, k2, subject, revision, company, origin, changed, before, body, epoch, resync, previous
		FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[], $9::bigint[], $10::bigint[],
			$11::text[], $12::bigint[], $13::bigint[], $14::text[], $15::text[], $16::text[], $17::text[], $18::integer[], $19::boolean[], $20::bigint[])
		AS e(seq, timeline, lsn, ordinal, xid, time, entity, what, k1, k2, subject, revision, company, origin, changed, before, body, epoch, resync, previous)`
)

const copyEvents = `COPY event (seq, timeline, lsn, ordinal, xid, time, entity, what, k1, k2, subject, revision, company, origin, changed, before, body, epoch, resync, previous)
	FROM STDIN BINARY`

// manyEvents are copied: that costs the server less for each, and one more exchange for all.
const manyEvents = 32

func (c *copyRows) event(e *store.Event, scratch []byte) {
	c.row(eventFields)
	c.int8(e.Seq)
	c.int4(e.Timeline)
	c.int8(int64(e.LSN)) //nolint:gosec // the same bits
	c.int8(int64(e.Ordinal))
	c.int8(int64(e.XID))
	c.time(e.Time)
	c.text(e.Entity)
	c.text(e.What)
	c.int8(e.Key[0])
	c.int8(e.Key[1])
	c.text(e.Subject)
	c.int8(e.Revision)
	c.int8(e.Company)
	c.text(e.Origin)
	if e.Changed == nil {
		c.null()
	} else {
		c.bytes(describe.AppendNames(scratch[:0], e.Changed))
	}
	c.bytes(e.Before)
	c.bytes(present(e.Body))
	c.int4(e.Epoch)
	c.bool(e.Resync)
	c.int8(e.Previous)
}

func queueEvents(q *pgx.Batch, events []store.Event) {
	n := len(events)
	if n == 0 {
		return
	}
	seqs, ordinals, xids, revisions, companies, previous := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	timelines, epochs := make([]int32, n), make([]int32, n)
	lsns, entities, whats, subjects, origins := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	changed, before, bodies := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	times, resync := make([]time.Time, n), make([]bool, n)
	var keys keyList
	for i := range events {
		e := &events[i]
		seqs[i], timelines[i], lsns[i], ordinals[i], xids[i], times[i] = e.Seq, e.Timeline, e.LSN.String(), int64(e.Ordinal), int64(e.XID), e.Time
		entities[i], whats[i], subjects[i], revisions[i], companies[i], origins[i] = e.Entity, e.What, e.Subject, e.Revision, e.Company, e.Origin
		if e.Changed != nil {
			changed[i] = describe.AppendNames(nil, e.Changed)
		}
		before[i], bodies[i], epochs[i], resync[i], previous[i] = e.Before, present(e.Body), e.Epoch, e.Resync, e.Previous
		keys.add(e.Key)
	}
	q.Queue(putEvents, seqs, timelines, lsns, ordinals, xids, times, entities, whats, keys[0], keys[1],
		subjects, revisions, companies, origins, changed, before, bodies, epochs, resync, previous)
}

func readEvent(row pgx.Row) (e store.Event, err error) {
	var lsn string
	var changed *string
	err = row.Scan(&e.Seq, &e.Timeline, &lsn, &e.Ordinal, &e.XID, &e.Time, &e.Entity, &e.What, &e.Key[0], &e.Key[1],
		&e.Subject, &e.Revision, &e.Company, &e.Origin, &changed, &e.Before, &e.Body, &e.Epoch, &e.Resync, &e.Previous)
	if err != nil {
		return e, err
	}
	e.Time = e.Time.UTC()
	if changed != nil {
		if e.Changed, err = describe.ReadNames(*changed); err != nil {
			return e, err
		}
	}
	e.LSN, err = change.ParseLSN(lsn)
	return e, err
}
