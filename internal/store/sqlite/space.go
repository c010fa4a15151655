package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"syscall"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

const vacantPages = "SELECT freelist_count FROM pragma_freelist_count"

// diskRoom is how much of the folder's disk is free for us, and its size.
func diskRoom(dir string) (free, total int64, err error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, 0, fmt.Errorf("ask for the free space of %s: %w", dir, err)
	}
	size := int64(st.Bsize)                                      //nolint:unconvert // its type differs by platform
	return int64(st.Bavail) * size, int64(st.Blocks) * size, nil //nolint:gosec,unconvert // disks are smaller
}

// spare is how much more the folder's disk lets the store have, and what of the disk is to stay
// free. What removed entries have left behind in the file, vacant, needs no room; but a
// part of the reserve must be there, for the log beside the file.
func (s *Store) spare(vacant func() (int64, error)) (spare, free, reserve int64, err error) {
	reserve = s.options.Reserve
	free, total, err := s.room(s.options.Path)
	if err != nil || reserve < 0 {
		return math.MaxInt64, free, reserve, err
	}
	if reserve == 0 {
		reserve = min(defaultReserve, total/50)
	}
	if spare = free - reserve; spare >= 0 || free < reserve/4 {
		return spare, free, reserve, nil
	}
	within, err := vacant()
	return spare + within, free, reserve, err
}

// checkRoom refuses to write while there is still room for what stopping needs:
// cursors, trimming, and everybody else on the disk. Caller holds mu.
func (s *Store) checkRoom() error {
	spare, free, reserve, err := s.spare(func() (pages int64, err error) {
		q, err := s.w.Prep(vacantPages)
		if err != nil {
			return 0, err
		}
		defer q.Reset()
		_, err = q.Step()
		return q.ColumnInt(0) * pageSize, err
	})
	if err != nil {
		return err
	}
	if spare < 0 {
		return fmt.Errorf("%w: the disk of %s has %d MiB left, and %d MiB are to stay free", store.ErrFull, s.options.Path, free>>20, reserve>>20)
	}
	return nil
}

// explain makes store.ErrFull of what SQLite says when there is no room.
func (s *Store) explain(err error) error {
	var e *capi.Error
	if !errors.As(err, &e) || !e.Full() {
		return err
	}
	if s.options.MaxSize > 0 {
		return fmt.Errorf("%w: it may have %d MiB, or its disk has no room left: %w", store.ErrFull, s.options.MaxSize>>20, err)
	}
	return fmt.Errorf("%w: its disk has no room left: %w", store.ErrFull, err)
}

// Size implements store.Store.
func (s *Store) Size(ctx context.Context) (size int64, err error) {
	const pages = "SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)"
	err = s.read(ctx, pages, func(q *capi.Stmt) error {
		_, err := q.Step()
		if err == nil {
			size = q.ColumnInt(0) * pageSize
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("measure the store: %w", err)
	}
	switch info, err := os.Stat(s.file + "-wal"); {
	case err == nil:
		size += info.Size()
	case !errors.Is(err, fs.ErrNotExist):
		return 0, fmt.Errorf("measure the store: %w", err)
	}
	return size, nil
}

// Limit implements store.Store.
func (s *Store) Limit(ctx context.Context) (int64, error) {
	vacant := int64(0)
	err := s.read(ctx, vacantPages, func(q *capi.Stmt) error {
		_, err := q.Step()
		vacant = q.ColumnInt(0) * pageSize
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("measure what is vacant in the store: %w", err)
	}
	spare, free, reserve, err := s.spare(func() (int64, error) { return vacant, nil })
	if err != nil || reserve < 0 {
		return s.options.MaxSize, err
	}
	used, err := s.Size(ctx)
	if err != nil {
		return 0, err
	}
	if free >= reserve {
		spare += vacant
	}
	limit := used + max(0, spare)
	if s.options.MaxSize > 0 {
		limit = min(limit, s.options.MaxSize)
	}
	return limit, nil
}
