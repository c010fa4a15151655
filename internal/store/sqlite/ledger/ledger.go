package ledger

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/readers"
)

const (
	fileName = "ledger.db"
	// pageSize is that of a file that is made; one that is there keeps its own. A settlement changes a row in each of some twenty
	// pages, all of which a sync has to write: smaller pages are less to wait for, and cost processor time in a burst.
	pageSize    = 2048
	logSize     = 4 << 20 // of the write-ahead log, before it is copied to the file
	readConns   = 2
	readerCache = 2 << 20
)

// Options say where the ledger is.
type Options struct {
	Path    string // folder
	Reserve int64  // bytes of the disk that stay free; 0: 64 MiB or a fiftieth of it, negative: none
	Logger  *slog.Logger
}

// Open opens the ledger in the folder, and makes it if there is none. It fails with
// store.ErrInUse or store.ErrNewer where a person must decide.
func Open(ctx context.Context, o Options) (*commands.Ledger, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	file := filepath.Join(o.Path, fileName)
	d := &database{options: o, file: file, readers: readers.New(file, readers.Options{Conns: readConns, Cache: readerCache})}
	err := d.open()
	if err == nil {
		err = d.w.Exec("UPDATE closed SET opened = lower(hex(randomblob(16)))")
	}
	var l *commands.Ledger
	if err == nil {
		l, err = commands.Open(d)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger in %s: %w", o.Path, capi.ExplainOpening(err, fileName, "a ledger")), d.Close())
	}
	return l, ctx.Err()
}

func (d *database) open() (err error) {
	if d.options.Path == "" {
		return errors.New("the ledger needs a folder")
	}
	if err := os.MkdirAll(d.options.Path, 0o700); err != nil {
		return err
	}
	if err := d.hold(); err != nil {
		return err
	}
	return d.begin()
}

// hold keeps everybody else from opening the ledger to write.
func (d *database) hold() (err error) {
	d.lock, err = lockFile(filepath.Join(d.options.Path, "ledger.lock"))
	return err
}

// begin opens the file to write, and brings it up to date.
func (d *database) begin() error {
	file, err := os.OpenFile(d.file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if d.w, err = capi.Open(d.file, capi.Patience); err != nil {
		return err
	}
	settings := fmt.Sprintf("PRAGMA page_size=%d; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8192; PRAGMA wal_autocheckpoint=%d; PRAGMA journal_size_limit=%d",
		pageSize, logSize/pageSize, 16<<20)
	if err := d.w.Exec(settings); err != nil {
		return err
	}
	if err := migrate(d.w); err != nil {
		return err
	}
	// The log is there from the first look at the file until the last connection is closed.
	d.log, err = os.OpenFile(d.file+"-wal", os.O_RDWR, 0)
	return err
}

//go:embed schema.sql
var schemaV1 string

//go:embed schema_2.sql
var schemaV2 string

//go:embed schema_3.sql
var schemaV3 string

//go:embed schema_4.sql
var schemaV4 string

//go:embed schema_5.sql
var schemaV5 string

//go:embed schema_6.sql
var schemaV6 string

//go:embed schema_7.sql
var schemaV7 string

//go:embed schema_8.sql
var schemaV8 string

// migrations lead from one version of the schema to the next; the file's
// user_version counts those that were done. What has been released never changes.
var migrations = []string{schemaV1, schemaV2, schemaV3, schemaV4, schemaV5, schemaV6, schemaV7, schemaV8}

// applicationID marks a database file as a ledger of the bridge ("odol").
const applicationID = 0x6f646f6c

func migrate(c *capi.Conn) error {
	var app, version, tables int64
	err := conn{c}.Send("SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id, pragma_user_version", func(q commands.Row) error {
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
