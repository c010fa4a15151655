package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/piece"
)

// What was trimmed is asked first: the index begins with entries that are gone
// until the table is vacuumed, and looking for the first would step over them all.
const (
	pageEvents    = "SELECT " + eventColumns + " FROM event WHERE seq > $1 ORDER BY seq LIMIT $2"
	eventsOf      = "SELECT " + eventColumns + " FROM event WHERE seq >= $1 AND seq < $2 AND entity = $3 AND k1 = $4 AND k2 = $5 ORDER BY seq DESC LIMIT $6"
	journalBounds = `SELECT (SELECT min(seq) FROM event WHERE seq > coalesce((SELECT seq FROM trimmed), 0)),
		(SELECT max(seq) FROM event WHERE seq > coalesce((SELECT seq FROM trimmed), 0)), coalesce((SELECT seq FROM trimmed), 0)`
	oldestEvents = "SELECT seq, time FROM event WHERE seq > coalesce((SELECT seq FROM trimmed), 0) ORDER BY seq LIMIT $1"
	removeEvents = "DELETE FROM event WHERE seq > coalesce((SELECT seq FROM trimmed), 0) AND seq <= $1"
	noteTrimmed  = "INSERT INTO trimmed (id, seq) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq"
	// notSynced lets a transaction's commit return before it is on disk: it may
	// be lost by a power cut, with others like it, but never in part.
	notSynced = "SELECT set_config('synchronous_commit', 'off', true)"
)

// trimRows is how many entries are removed at a time.
const trimRows = 1000

// Events implements store.Store.
func (r reading) Events(ctx context.Context, after int64, limit int, yield func(store.Event) bool) error {
	err := piece.Events(after, limit, func(after int64, n int) (piece.Piece[store.Event], error) {
		return readPiece(ctx, r, n, func(e *store.Event) int { return len(e.Body) + len(e.Before) },
			func(rows pgx.Rows) (store.Event, error) { return readEvent(rows) }, pageEvents, after, n)
	}, yield)
	if err != nil {
		return fmt.Errorf("read the journal after %d: %w", after, err)
	}
	return nil
}

// EventsOf implements store.Store.
func (r reading) EventsOf(ctx context.Context, entity string, key store.Key, before int64, limit int, yield func(store.Event) bool) error {
	first, last, err := r.JournalBounds(ctx)
	if err == nil {
		err = piece.Search(first, last, before, limit, func(from, before int64, limit int) ([]store.Event, error) {
			return r.searchEvents(ctx, from, before, entity, key, limit)
		}, yield)
	}
	if err != nil {
		return fmt.Errorf("search the journal for %s %v: %w", entity, key, err)
	}
	return nil
}

func (r reading) searchEvents(ctx context.Context, from, before int64, entity string, key store.Key, limit int) ([]store.Event, error) {
	c, err := r.borrow(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Release()
	rows, err := c.Query(ctx, eventsOf, from, before, entity, key[0], key[1], limit)
	if err != nil {
		return nil, r.explain(err)
	}
	list, err := pgx.AppendRows([]store.Event(nil), rows, func(row pgx.CollectableRow) (store.Event, error) { return readEvent(row) })
	return list, r.explain(err)
}

// JournalBounds implements store.Store.
func (r reading) JournalBounds(ctx context.Context) (first, last int64, err error) {
	c, err := r.borrow(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("find the ends of the journal: %w", err)
	}
	defer c.Release()
	var low, high *int64
	var trimmed int64
	if err := c.QueryRow(ctx, journalBounds).Scan(&low, &high, &trimmed); err != nil {
		return 0, 0, fmt.Errorf("find the ends of the journal: %w", r.explain(err))
	}
	switch {
	case low != nil:
		return *low, *high, nil
	case trimmed > 0:
		return trimmed + 1, trimmed, nil
	}
	return 0, 0, nil
}

// TrimJournal implements store.Store.
func (s *Store) TrimJournal(ctx context.Context, upTo int64, olderThan time.Time) (removed int64, err error) {
	for {
		last, n, err := s.oldest(ctx, upTo, olderThan)
		if err == nil && n > 0 {
			err = s.atOnce(ctx, func(b *pgx.Batch) {
				b.Queue(notSynced)
				b.Queue(removeEvents, last)
				b.Queue(noteTrimmed, last)
				b.Queue(trimPlaces, last)
			})
		}
		if err != nil {
			return removed, fmt.Errorf("trim the journal: %w", err)
		}
		removed += n
		if n < trimRows {
			return removed, nil
		}
	}
}

// oldest finds the last of the next entries to go, and how many they are.
func (s *Store) oldest(ctx context.Context, upTo int64, olderThan time.Time) (last, n int64, err error) {
	c, err := s.borrow(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer c.Release()
	rows, err := c.Query(ctx, oldestEvents, trimRows)
	if err != nil {
		return 0, 0, s.explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		var seq int64
		var at time.Time
		if err := rows.Scan(&seq, &at); err != nil {
			return 0, 0, err
		}
		if seq > upTo || !at.Before(olderThan) {
			break
		}
		last = seq
		n++
	}
	rows.Close()
	return last, n, s.explain(rows.Err())
}
