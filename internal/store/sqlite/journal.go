package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/piece"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

const (
	pageEvents    = "SELECT " + eventColumns + " FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2"
	eventsOf      = "SELECT " + eventColumns + " FROM event WHERE seq >= ?1 AND seq < ?2 AND entity = ?3 AND k1 = ?4 AND k2 = ?5 ORDER BY seq DESC LIMIT ?6"
	journalBounds = "SELECT (SELECT min(seq) FROM event), (SELECT max(seq) FROM event), (SELECT seq FROM trimmed)"
	oldestEvents  = "SELECT seq, time FROM event ORDER BY seq LIMIT ?1"
	removeEvents  = "DELETE FROM event WHERE seq <= ?1"
	noteTrimmed   = "REPLACE INTO trimmed (id, seq) VALUES (1, ?1)"
)

// trimRows is how many entries are removed at a time, so that the writer never
// waits long for its turn.
const trimRows = 1000

// Events implements store.Store.
func (r *Reader) Events(ctx context.Context, after int64, limit int, yield func(store.Event) bool) error {
	err := piece.Events(after, limit, func(after int64, n int) (piece.Piece[store.Event], error) {
		return readPiece(ctx, r, pageEvents, n, func(q *capi.Stmt) {
			q.Int(1, after)
			q.Int(2, int64(n))
		}, readEvent)
	}, yield)
	if err != nil {
		return fmt.Errorf("read the journal after %d: %w", after, err)
	}
	return nil
}

// EventsOf implements store.Store.
func (r *Reader) EventsOf(ctx context.Context, entity string, key store.Key, before int64, limit int, yield func(store.Event) bool) error {
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

func (r *Reader) searchEvents(ctx context.Context, from, before int64, entity string, key store.Key, limit int) (list []store.Event, err error) {
	err = r.read(ctx, eventsOf, func(q *capi.Stmt) error {
		q.Int(1, from)
		q.Int(2, before)
		q.Text(3, entity)
		q.Int(4, key[0])
		q.Int(5, key[1])
		q.Int(6, int64(limit))
		for {
			row, err := q.Step()
			if err != nil || !row {
				return err
			}
			e, _, err := readEvent(q)
			if err != nil {
				return err
			}
			list = append(list, e)
		}
	})
	return list, err
}

// JournalBounds implements store.Store.
func (r *Reader) JournalBounds(ctx context.Context) (first, last int64, err error) {
	err = r.read(ctx, journalBounds, func(q *capi.Stmt) error {
		if _, err := q.Step(); err != nil {
			return err
		}
		switch trimmed := q.ColumnInt(2); {
		case !q.ColumnNull(0):
			first, last = q.ColumnInt(0), q.ColumnInt(1)
		case trimmed > 0:
			first, last = trimmed+1, trimmed
		}
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("find the ends of the journal: %w", err)
	}
	return first, last, nil
}

// TrimJournal implements store.Store.
func (s *Store) TrimJournal(ctx context.Context, upTo int64, olderThan time.Time) (removed int64, err error) {
	for {
		last, n, err := s.oldest(ctx, upTo, olderThan)
		if err == nil && n > 0 {
			err = s.transact(ctx, false, func() error { return s.removeEvents(last) })
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
	before := olderThan.UnixMicro()
	err = s.read(ctx, oldestEvents, func(q *capi.Stmt) error {
		q.Int(1, trimRows)
		for {
			row, err := q.Step()
			if err != nil || !row || q.ColumnInt(0) > upTo || q.ColumnInt(1) >= before {
				return err
			}
			last = q.ColumnInt(0)
			n++
		}
	})
	return last, n, err
}

func (s *Store) removeEvents(last int64) error {
	for _, sql := range []string{removeEvents, noteTrimmed, trimPlaces} {
		q, err := s.w.Prep(sql)
		if err != nil {
			return err
		}
		q.Int(1, last)
		if err := q.Run(); err != nil {
			return err
		}
	}
	return nil
}
