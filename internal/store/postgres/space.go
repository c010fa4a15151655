package postgres

import (
	"context"
	"fmt"
	"sync"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
)

// Removed entries leave room in the journal's files that is used again, so what
// the journal occupies is estimated from its newest entries, and is never more than its files.
const (
	measure = `SELECT coalesce(sum(pg_total_relation_size(oid)) FILTER (WHERE relname <> 'event'), 0)::bigint,
		coalesce(sum(pg_total_relation_size(oid)) FILTER (WHERE relname = 'event'), 0)::bigint
		FROM pg_class WHERE relnamespace = $1::text::regnamespace AND relkind = 'r'`
	measureEvents = `SELECT coalesce((max(seq) - coalesce((SELECT seq FROM trimmed), 0)) * avg(pg_column_size(e.*) + 56), 0)::bigint
		FROM (SELECT * FROM event WHERE seq > coalesce((SELECT seq FROM trimmed), 0) ORDER BY seq DESC LIMIT 200) e`
)

// room remembers how large the store is, so that not every write has to ask.
type room struct {
	limit int64

	mu    sync.Mutex
	used  int64 // when last measured
	added int64 // since then, about
}

// sure reports whether so many bytes more certainly fit.
func (r *room) sure(more int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.added += more
	return r.limit <= 0 || r.used+r.added < r.limit && r.added < max(16<<20, r.limit/64)
}

func (r *room) measured(used int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used, r.added = used, 0
}

// checkRoom refuses to write beyond the store's limit.
func (s *Store) checkRoom(ctx context.Context, more int64) error {
	if s.room.sure(more) {
		return nil
	}
	used, err := s.Size(ctx)
	if err != nil {
		return err
	}
	if used+more >= s.room.limit {
		return fmt.Errorf("%w: its tables have %d MiB, and it may have %d MiB", store.ErrFull, used>>20, s.room.limit>>20)
	}
	return nil
}

// Size implements store.Store.
func (s *Store) Size(ctx context.Context) (size int64, err error) {
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		return 0, fmt.Errorf("measure the store: %w", s.explain(err))
	}
	defer c.Release()
	var events, estimate int64
	err = c.QueryRow(ctx, measure, describe.Quote(s.lease.claim.Schema)).Scan(&size, &events)
	if err == nil {
		err = c.QueryRow(ctx, measureEvents).Scan(&estimate)
	}
	if err != nil {
		return 0, fmt.Errorf("measure the store: %w", s.explain(err))
	}
	size += min(events, estimate)
	s.room.measured(size)
	return size, nil
}

// Limit implements store.Store. The disk of the store's server is not known here.
func (s *Store) Limit(context.Context) (int64, error) { return s.room.limit, nil }
