package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/readers"
)

// database is the ledger's file.
type database struct {
	options Options
	file    string
	lock    *os.File
	w       *capi.Conn // the writing goroutine's
	log     *os.File   // its write-ahead log, to be synced beside it
	readers *readers.Readers
}

// Transact implements commands.Database.
func (d *database) Transact(grows bool, do func(commands.Conn) error) error {
	if grows {
		if err := d.checkRoom(); err != nil {
			return err
		}
	}
	c := conn{d.w}
	if err := c.Send("BEGIN IMMEDIATE", nil); err != nil {
		return d.explain(err)
	}
	if err := do(c); err != nil {
		return errors.Join(d.explain(err), d.rollback())
	}
	if err := c.Send("COMMIT", nil); err != nil {
		return errors.Join(fmt.Errorf("commit: %w", d.explain(err)), d.rollback())
	}
	return nil
}

// Sync implements commands.Database. What is committed is in the write-ahead log, or was copied from it and synced: SQLite syncs
// the log before it copies, and the file before it begins the log anew.
func (d *database) Sync() error {
	if err := syncData(d.log); err != nil {
		return fmt.Errorf("sync the ledger: %w", err)
	}
	return nil
}

// Ahead implements commands.Database: all pages that a transaction has changed are to be synced.
func (d *database) Ahead() bool { return true }

func (d *database) rollback() error {
	if !d.w.InTransaction() {
		return nil
	}
	return d.w.Exec("ROLLBACK")
}

// explain makes store.ErrFull of what SQLite says when there is no room.
func (d *database) explain(err error) error {
	var e *capi.Error
	if errors.As(err, &e) && e.Full() {
		return fmt.Errorf("%w: the ledger's disk has no room left: %w", store.ErrFull, err)
	}
	return err
}

const defaultReserve = 64 << 20

// checkRoom refuses to take more while there is still room to settle what was taken.
func (d *database) checkRoom() error {
	reserve := d.options.Reserve
	if reserve < 0 {
		return nil
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(d.options.Path, &st); err != nil {
		return fmt.Errorf("ask for the free space of %s: %w", d.options.Path, err)
	}
	size := int64(st.Bsize)                                     //nolint:unconvert // its type differs by platform
	free, total := int64(st.Bavail)*size, int64(st.Blocks)*size //nolint:gosec,unconvert // disks are smaller
	if reserve == 0 {
		reserve = min(defaultReserve, total/50)
	}
	if free < reserve {
		return fmt.Errorf("%w: the disk of %s has %d MiB left, and %d MiB are to stay free", store.ErrFull, d.options.Path, free>>20, reserve>>20)
	}
	return nil
}

// Read implements commands.Database.
func (d *database) Read(ctx context.Context, do func(commands.Conn) error) error {
	return d.readers.Do(ctx, func(c *capi.Conn) error { return do(conn{c}) })
}

// Boot implements commands.Database.
func (d *database) Boot() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}

// Size implements commands.Database.
func (d *database) Size(ctx context.Context) (size int64, err error) {
	err = d.Read(ctx, func(c commands.Conn) error {
		return c.Send("SELECT page_size * (page_count - freelist_count) FROM pragma_page_size, pragma_page_count, pragma_freelist_count", func(q commands.Row) error {
			size = q.ColumnInt(0)
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	switch info, err := os.Stat(d.file + "-wal"); {
	case err == nil:
		size += info.Size()
	case !errors.Is(err, fs.ErrNotExist):
		return 0, err
	}
	return size, nil
}

// Close implements commands.Database.
func (d *database) Close() error {
	errs := []error{d.readers.Close()}
	if d.w != nil {
		errs = append(errs, d.w.Close())
	}
	if d.log != nil {
		errs = append(errs, d.log.Close())
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	return errors.Join(errs...)
}

// conn runs statements that are prepared once for each connection.
type conn struct{ *capi.Conn }

// Flush implements commands.Conn: everything is run when it is sent.
func (c conn) Flush() error { return nil }

// Send implements commands.Conn.
func (c conn) Send(sql string, row func(commands.Row) error, args ...any) error {
	q, err := c.Prep(sql)
	if err != nil {
		return err
	}
	defer q.Reset()
	for i, arg := range args {
		switch v := arg.(type) {
		case int64:
			q.Int(i+1, v)
		case string:
			q.Text(i+1, v)
		case []byte:
			q.Blob(i+1, v)
		}
	}
	for {
		more, err := q.Step()
		if err != nil || !more {
			return err
		}
		if row == nil {
			continue
		}
		if err := row(q); err != nil {
			return err
		}
	}
}
