package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
)

const (
	// keepPlace keeps where a cursor is, before it is saved anew: the last place of each second, and the first of all.
	keepPlace = `INSERT INTO place (lane, seq, time) SELECT lane, seq, updated FROM cursor
		WHERE lane = $1 AND seq <= $2 AND (date_trunc('second', updated) <> date_trunc('second', $3::timestamptz)
			OR NOT EXISTS (SELECT FROM place WHERE lane = $1))
		ON CONFLICT (lane, seq) DO NOTHING`
	forgetPlaces = "DELETE FROM place WHERE lane = $1"
	// trimPlaces leaves the newest place of each lane before the journal's first entry: what was passed after it.
	trimPlaces = `DELETE FROM place USING cursor WHERE place.lane = cursor.lane AND place.seq <= $1
		AND EXISTS (SELECT FROM place AS later WHERE later.lane = place.lane AND later.seq > place.seq AND later.seq <= $1)`
	passedAt = `SELECT entry,
		coalesce((SELECT updated FROM cursor WHERE lane = $1 AND seq < entry), (SELECT time FROM place WHERE lane = $1 AND seq < entry ORDER BY seq DESC LIMIT 1)),
		coalesce((SELECT time FROM place WHERE lane = $1 AND seq >= entry ORDER BY seq LIMIT 1), (SELECT updated FROM cursor WHERE lane = $1 AND seq >= entry))
		FROM unnest($2::bigint[]) WITH ORDINALITY AS asked (entry, number) ORDER BY number`
)

// Passed implements store.Store.
func (r reading) Passed(ctx context.Context, lane string, entries []int64) (list []store.Passing, err error) {
	c, err := r.borrow(ctx)
	if err != nil {
		return nil, fmt.Errorf("find when lane %s passed entries: %w", lane, err)
	}
	defer c.Release()
	rows, err := c.Query(ctx, passedAt, lane, entries)
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p store.Passing, err error) {
			var after, by *time.Time
			err = row.Scan(&p.Entry, &after, &by)
			p.After, p.By = known(after), known(by)
			return p, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("find when lane %s passed entries: %w", lane, r.explain(err))
	}
	return list, nil
}

func known(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
