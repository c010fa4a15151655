package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/readers"
)

// movedName is what the file is called once its contents are elsewhere.
const movedName = fileName + ".moved"

// Source is a ledger that is to be moved elsewhere. Nobody else can open it until it is closed.
type Source struct {
	database *database
	identity string
}

var _ commands.Source = (*Source)(nil)

// OpenSource opens the ledger in the folder to be read out, and brings its schema up to date. It fails with ErrNone,
// store.ErrInUse or store.ErrNewer, and where a ledger that was moved before is in the way.
func OpenSource(ctx context.Context, folder string) (*Source, error) {
	file := filepath.Join(folder, fileName)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s", ErrNone, folder)
	}
	s := &Source{database: &database{options: Options{Path: folder}, file: file, readers: readers.New(file, readers.Options{Conns: 1, Cache: readerCache})}}
	err := s.open()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger in %s: %w", folder, capi.ExplainOpening(err, fileName, "a ledger")), s.Close())
	}
	return s, ctx.Err()
}

func (s *Source) open() error {
	d := s.database
	if err := d.hold(); err != nil {
		return err
	}
	switch _, err := os.Stat(d.file); { // now that nobody else can move it
	case errors.Is(err, fs.ErrNotExist):
		return ErrNone
	case err != nil:
		return err
	}
	if Moved(d.options.Path) {
		return fmt.Errorf("%s is there already, from a move before: put it elsewhere first", movedName)
	}
	if err := d.begin(); err != nil {
		return err
	}
	// A power cut must not take back what is copied.
	if err := errors.Join(commands.Follow(d), d.Sync()); err != nil {
		return err
	}
	return conn{d.w}.Send("SELECT opened FROM closed", func(q commands.Row) error { s.identity = q.ColumnText(0); return nil })
}

// Moved says whether the folder has a ledger that was moved elsewhere.
func Moved(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, movedName))
	return err == nil
}

// Identity implements commands.Source.
func (s *Source) Identity() string { return s.identity }

// Left implements commands.Source.
func (s *Source) Left() (orderly, powerLost bool, err error) {
	err = conn{s.database.w}.Send("SELECT orderly, boot FROM closed", func(q commands.Row) error {
		orderly = q.ColumnInt(0) != 0
		powerLost = commands.PowerLost(orderly, q.ColumnText(1), s.database.Boot())
		return nil
	})
	return orderly, powerLost, err
}

const (
	contentTables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'closed' ORDER BY name"
	tableColumns  = "SELECT name FROM pragma_table_info(?1) ORDER BY cid"
	numbersGiven  = "SELECT seq FROM sqlite_sequence WHERE name = ?1"
)

// Tables implements commands.Source.
func (s *Source) Tables() (tables []commands.Table, err error) {
	names, err := texts(conn{s.database.w}, contentTables)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		t := commands.Table{Name: name}
		if t.Columns, err = texts(conn{s.database.w}, tableColumns, name); err != nil {
			return nil, err
		}
		err := conn{s.database.w}.Send(numbersGiven, func(q commands.Row) error { t.Given = q.ColumnInt(0); return nil }, name)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, nil
}

func texts(c conn, sql string, args ...any) (list []string, err error) {
	err = c.Send(sql, func(q commands.Row) error { list = append(list, q.ColumnText(0)); return nil }, args...)
	return list, err
}

// Retire renames the ledger's file, so that it is not taken for a ledger any more. The source is to be closed then.
func (s *Source) Retire() error {
	d := s.database
	busy := int64(0)
	err := conn{d.w}.Send("PRAGMA wal_checkpoint(TRUNCATE)", func(q commands.Row) error { busy = q.ColumnInt(0); return nil })
	switch {
	case err != nil:
		return fmt.Errorf("bring the write-ahead log into the ledger's file: %w", err)
	case busy != 0:
		return errors.New("somebody looks into the ledger at this moment: its write-ahead log cannot be brought into its file. Try again")
	}
	err, d.w = d.w.Close(), nil
	if err != nil {
		return fmt.Errorf("close the ledger's file: %w", err)
	}
	moved := filepath.Join(d.options.Path, movedName)
	for _, end := range []string{"", "-wal", "-shm"} { // what a reader has left of the latter two is empty
		if err := os.Rename(d.file+end, moved+end); err != nil && (end == "" || !errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	folder, err := os.Open(d.options.Path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Close ends the reading out.
func (s *Source) Close() error { return s.database.Close() }

// File is where the ledger of a folder is.
func File(folder string) string { return filepath.Join(folder, fileName) }

// Unmoved says whether the folder has a ledger with contents, of whatever version. It changes nothing.
func Unmoved(ctx context.Context, folder string) (found bool, err error) {
	file := filepath.Join(folder, fileName)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	d := &database{file: file, readers: readers.New(file, readers.Options{Conns: 1, Cache: readerCache, ReadOnly: true})}
	err = d.Read(ctx, func(c commands.Conn) error {
		names, err := texts(c.(conn), contentTables)
		for _, name := range names {
			if err == nil && !found {
				err = c.Send(`SELECT 1 FROM "`+name+`" LIMIT 1`, func(commands.Row) error { found = true; return nil })
			}
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("look into the ledger in %s: %w", folder, capi.ExplainOpening(err, fileName, "a ledger"))
	}
	return found, errors.Join(err, d.readers.Close())
}
