package ledger

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/readers"
)

const (
	fileName    = "ledger.db"
	pageSize    = 4096
	readConns   = 2
	readerCache = 2 << 20
)

// Options say where the ledger is.
type Options struct {
	Path    string // folder
	Reserve int64  // bytes of the disk that stay free; 0: 64 MiB or a fiftieth of it, negative: none
	Logger  *slog.Logger
}

// Ledger keeps commands in one SQLite database.
type Ledger struct {
	options Options
	file    string
	lock    *os.File
	w       *capi.Conn // the writing goroutine's
	ops     chan *op
	done    chan struct{}
	writing sync.WaitGroup
	closing sync.Once
	closed  error
	synced  bool // the writer's connection syncs at every commit
	// recovered says that the file is a ledger in order, and marked as open.
	recovered bool

	Reader // of what is committed
}

var _ store.Ledger = (*Ledger)(nil)

// Open opens the ledger in the folder, and makes it if there is none. It fails with
// store.ErrInUse or store.ErrNewer where a person must decide.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	file := filepath.Join(o.Path, fileName)
	l := &Ledger{
		options: o, file: file, ops: make(chan *op), done: make(chan struct{}),
		Reader: Reader{readers.New(file, readers.Options{Conns: readConns, Cache: readerCache})},
	}
	if err := l.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger in %s: %w", o.Path, capi.ExplainOpening(err, fileName, "a ledger")), l.end())
	}
	l.writing.Go(l.write)
	return l, ctx.Err()
}

func (l *Ledger) open() (err error) {
	if l.options.Path == "" {
		return errors.New("the ledger needs a folder")
	}
	if err := os.MkdirAll(l.options.Path, 0o700); err != nil {
		return err
	}
	if l.lock, err = lockFile(filepath.Join(l.options.Path, "ledger.lock")); err != nil {
		return err
	}
	file, err := os.OpenFile(l.file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if l.w, err = capi.Open(l.file, capi.Patience); err != nil {
		return err
	}
	settings := fmt.Sprintf("PRAGMA page_size=%d; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; PRAGMA journal_size_limit=%d",
		pageSize, 16<<20)
	if err := l.w.Exec(settings); err != nil {
		return err
	}
	l.synced = true
	if err := migrate(l.w); err != nil {
		return err
	}
	return l.recover()
}

// Close ends the ledger. What calls have not returned for may be kept or not.
func (l *Ledger) Close() error {
	l.closing.Do(func() {
		close(l.done)
		l.writing.Wait()
		l.closed = l.end()
	})
	return l.closed
}

func (l *Ledger) end() error {
	errs := []error{l.readers.Close()}
	if l.w != nil {
		if l.w.InTransaction() {
			errs = append(errs, l.w.Exec("ROLLBACK"))
		} else if l.recovered {
			errs = append(errs, l.w.Exec("PRAGMA synchronous=FULL; UPDATE closed SET orderly = 1"))
		}
		errs = append(errs, l.w.Close())
	}
	if l.lock != nil {
		errs = append(errs, l.lock.Close())
	}
	return errors.Join(errs...)
}

//go:embed schema.sql
var schemaV1 string

//go:embed schema_2.sql
var schemaV2 string

// migrations lead from one version of the schema to the next; the file's
// user_version counts those that were done. What has been released never changes.
var migrations = []string{schemaV1, schemaV2}

// applicationID marks a database file as a ledger of the bridge ("odol").
const applicationID = 0x6f646f6c

func migrate(c *capi.Conn) error {
	var app, version, tables int64
	err := query(c, "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id, pragma_user_version", func(q *capi.Stmt) error {
		app, version, tables = q.ColumnInt(0), q.ColumnInt(1), q.ColumnInt(2)
		return nil
	})
	switch {
	case err != nil:
		return err
	case app != applicationID && (tables > 0 || version > 0):
		return errors.New("it is an SQLite database, but not a ledger of the bridge")
	case version > int64(len(migrations)):
		return fmt.Errorf("%w: it has schema version %d, this program knows versions up to %d", store.ErrNewer, version, len(migrations))
	}
	for ; version < int64(len(migrations)); version++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", migrations[version], applicationID, version+1)
		if err := c.Exec(script); err != nil {
			if c.InTransaction() {
				err = errors.Join(err, c.Exec("ROLLBACK"))
			}
			return fmt.Errorf("bring the schema to version %d: %w", version+1, err)
		}
	}
	return nil
}
