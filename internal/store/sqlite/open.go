package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/readers"
)

// fileName is the database's name in the store's folder.
const fileName = "odoobridge.db"

// Open opens the store in the folder, and makes it if there is none. It fails with
// store.ErrInUse, store.ErrNewer or store.ErrLayout where a person must decide.
func Open(ctx context.Context, o Options) (_ *Store, err error) {
	o.setDefaults()
	if o.Temporary {
		if o.Path, err = temporaryFolder(); err != nil {
			return nil, fmt.Errorf("make a temporary store: %w", err)
		}
	}
	s := newStore(o)
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the store in %s: %w", o.Path, err), s.Close())
	}
	return s, nil
}

func newStore(o Options) *Store {
	file := filepath.Join(o.Path, fileName)
	return &Store{
		options: o, file: file, log: o.Logger,
		tables: make([]*table, len(o.Tables)),
		turn:   make(chan struct{}, 1),
		done:   make(chan struct{}),
		wake:   make(chan struct{}, 1),
		Reader: Reader{readers.New(file, readers.Options{Conns: o.ReadConns, Cache: readerCache})},
		room:   diskRoom,
	}
}

func (s *Store) open(ctx context.Context) (err error) {
	for i, t := range s.options.Tables {
		if s.tables[i], err = newTable(t); err != nil {
			return err
		}
	}
	if err := s.openFolder(); err != nil {
		return err
	}
	if err := s.openWriter(); err != nil {
		return capi.ExplainOpening(err, fileName, "a store")
	}
	if err := s.transact(ctx, true, func() error { return layOut(s.w, s.tables, s.options.ReplaceLayout) }); err != nil {
		return capi.ExplainOpening(err, fileName, "a store")
	}
	if err := s.loadEntities(); err != nil {
		return err
	}
	return s.startCheckpoints()
}

// openFolder makes the folder, locks it and makes the file, for nobody else to read.
func (s *Store) openFolder() error {
	if s.options.Path == "" {
		return errors.New("the store needs a folder")
	}
	if info, err := os.Stat(s.options.Path); err == nil && !info.IsDir() {
		return errors.New("it is not a folder")
	}
	if err := os.MkdirAll(s.options.Path, 0o700); err != nil {
		return err
	}
	var err error
	if s.lock, err = lockFolder(s.options.Path); err != nil {
		return err
	}
	file, err := os.OpenFile(s.file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func (s *Store) openWriter() (err error) {
	if !s.options.Temporary {
		capi.TempDir(s.options.Path)
	}
	if s.w, err = capi.Open(s.file, capi.Patience); err != nil {
		return err
	}
	settings := fmt.Sprintf("PRAGMA page_size=%d; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-%d; PRAGMA journal_size_limit=%d",
		pageSize, s.options.PageCache>>10, 2*s.options.logBytes())
	if s.options.Temporary {
		settings += "; PRAGMA synchronous=OFF"
	}
	if n := s.options.maxPages(); n > 0 {
		settings += fmt.Sprintf("; PRAGMA max_page_count=%d", n)
	}
	s.full = true
	if err := s.w.Exec(settings); err != nil {
		return err
	}
	s.w.WatchLog()
	return migrate(s.w)
}

// Close ends the store. Writes since the last Commit are forgotten; readings
// that go on are waited for.
func (s *Store) Close() error {
	s.closing.Do(func() { s.closeErr = s.close() })
	return s.closeErr
}

func (s *Store) close() error {
	close(s.done)
	s.checkpoints.Wait()
	errs := []error{s.readers.Close()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.w != nil {
		if s.w.InTransaction() {
			errs = append(errs, s.w.Exec("ROLLBACK"))
		}
		errs = append(errs, s.w.Close())
	}
	if s.options.Temporary {
		errs = append(errs, os.RemoveAll(s.options.Path))
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}
