package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/readers"
)

// Reader sees what is committed in a store, and changes nothing of it.
type Reader struct{ readers *readers.Readers }

// ErrNone reports that there is no store in the folder.
var ErrNone = errors.New("there is no store")

// OpenReader looks into the store in the folder, whether a bridge has it or not. It fails with
// ErrNone, store.ErrNewer, or an error that says that the store is older than this program.
func OpenReader(folder string) (*Reader, error) {
	file := filepath.Join(folder, fileName)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s", ErrNone, folder)
	}
	r := &Reader{readers.New(file, readers.Options{Conns: 1, Cache: readerCache, ReadOnly: true})}
	version := int64(0)
	err := r.read(context.Background(), "PRAGMA user_version", func(q *capi.Stmt) error {
		_, err := q.Step()
		version = q.ColumnInt(0)
		return err
	})
	switch known := int64(len(migrations)); {
	case err != nil:
		err = capi.ExplainOpening(err, fileName, "a store")
	case version > known:
		err = fmt.Errorf("%w: it has schema version %d, this program knows versions up to %d", store.ErrNewer, version, known)
	case version < known:
		err = fmt.Errorf("it was written by an older version (schema version %d, this program's is %d): `odoobridge run` brings it up to date", version, known)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("look into the store in %s: %w", folder, err), r.Close())
	}
	return r, nil
}

// Close ends the reader. Readings that go on are waited for.
func (r *Reader) Close() error { return r.readers.Close() }

// Meta returns the value that was committed last under the name.
func (r *Reader) Meta(ctx context.Context, name string) (value string, found bool, err error) {
	err = r.read(ctx, getMeta, func(q *capi.Stmt) (err error) {
		q.Text(1, name)
		if found, err = q.Step(); found {
			value = q.ColumnText(0)
		}
		return err
	})
	if err != nil {
		return "", false, fmt.Errorf("read meta %s: %w", name, err)
	}
	return value, found, nil
}
