package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/readers"
)

// Reader sees what is committed in a ledger, and changes nothing of it.
type Reader struct {
	commands.Reader
	database *database
}

// ErrNone reports that there is no ledger in the folder.
var ErrNone = errors.New("there is no ledger of commands")

// OpenReader looks into the ledger in the folder, whether a bridge has it or not. It fails with
// ErrNone, store.ErrNewer, or an error that says that the ledger is older than this program.
func OpenReader(ctx context.Context, folder string) (*Reader, error) {
	file := filepath.Join(folder, fileName)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s", ErrNone, folder)
	}
	d := &database{file: file, readers: readers.New(file, readers.Options{Conns: 1, Cache: readerCache, ReadOnly: true})}
	r := &Reader{commands.NewReader(d), d}
	if err := r.recognise(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("look into the ledger in %s: %w", folder, capi.ExplainOpening(err, fileName, "a ledger")), r.Close())
	}
	return r, nil
}

func (r *Reader) recognise(ctx context.Context) error {
	version, known := int64(0), int64(len(migrations))
	err := r.database.Read(ctx, func(c commands.Conn) error {
		return c.Send("PRAGMA user_version", func(q commands.Row) error { version = q.ColumnInt(0); return nil })
	})
	switch {
	case err != nil:
		return err
	case version > known:
		return fmt.Errorf("%w: it has schema version %d, this program knows versions up to %d", store.ErrNewer, version, known)
	case version < known:
		return fmt.Errorf("it was written by an older version (schema version %d, this program's is %d): `odoobridge run` brings it up to date", version, known)
	}
	return nil
}

// Close ends the reader. Readings that go on are waited for.
func (r *Reader) Close() error { return r.database.readers.Close() }
