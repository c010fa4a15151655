package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// diskRoom is how much of the folder's disk is free for us, and its size.
func diskRoom(dir string) (free, total int64, err error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, 0, fmt.Errorf("ask for the free space of %s: %w", dir, err)
	}
	size := int64(st.Bsize)                                      //nolint:unconvert // its type differs by platform
	return int64(st.Bavail) * size, int64(st.Blocks) * size, nil //nolint:gosec,unconvert // disks are smaller
}

// checkRoom refuses to write while there is still room for what stopping needs:
// cursors, trimming, and everybody else on the disk.
func (s *Store) checkRoom() error {
	reserve := s.options.Reserve
	if reserve < 0 {
		return nil
	}
	free, total, err := s.room(s.options.Path)
	if err != nil {
		return err
	}
	if reserve == 0 {
		reserve = min(defaultReserve, total/50)
	}
	if free < reserve {
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
