package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

const (
	// keepPlace keeps where a cursor is, before it is saved anew: the last place of each second, and the first of all.
	keepPlace = `INSERT OR IGNORE INTO place (lane, seq, time) SELECT lane, seq, updated FROM cursor
		WHERE lane = ?1 AND seq <= ?2 AND (updated / 1000000 <> ?3 / 1000000 OR NOT EXISTS (SELECT 1 FROM place WHERE lane = ?1))`
	forgetPlaces = "DELETE FROM place WHERE lane = ?1"
	// trimPlaces leaves the newest place of each lane before the journal's first entry: what was passed after it.
	trimPlaces = `DELETE FROM place WHERE lane IN (SELECT lane FROM cursor) AND seq <= ?1
		AND EXISTS (SELECT 1 FROM place AS later WHERE later.lane = place.lane AND later.seq > place.seq AND later.seq <= ?1)`
	passedAt = `SELECT
		coalesce((SELECT updated FROM cursor WHERE lane = ?1 AND seq < ?2), (SELECT time FROM place WHERE lane = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT 1)),
		coalesce((SELECT time FROM place WHERE lane = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1), (SELECT updated FROM cursor WHERE lane = ?1 AND seq >= ?2))`
)

// Passed implements store.Store.
func (r *Reader) Passed(ctx context.Context, lane string, entries []int64) (list []store.Passing, err error) {
	err = r.read(ctx, passedAt, func(q *capi.Stmt) error {
		for _, entry := range entries {
			q.Text(1, lane)
			q.Int(2, entry)
			if _, err := q.Step(); err != nil {
				return err
			}
			p := store.Passing{Entry: entry}
			for i, at := range []*time.Time{&p.After, &p.By} {
				if !q.ColumnNull(i) {
					*at = time.UnixMicro(q.ColumnInt(i)).UTC()
				}
			}
			list = append(list, p)
			q.Reset()
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find when lane %s passed entries: %w", lane, err)
	}
	return list, nil
}
