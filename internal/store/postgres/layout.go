package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
)

const (
	readLayouts = "SELECT name, columns, keys, indexes, loading FROM layout"
	putLayout   = `INSERT INTO layout (name, columns, keys, indexes, loading) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (name) DO UPDATE SET columns = excluded.columns, keys = excluded.keys, indexes = excluded.indexes, loading = excluded.loading`
)

// layOut makes the mirrored tables of a new store, compares those of an old
// one, and empties those whose load was interrupted.
func (s *Store) layOut(ctx context.Context) error {
	tx, err := s.w.Begin(ctx)
	if err != nil {
		return err
	}
	if err := s.layOutIn(ctx, tx); err != nil {
		return errors.Join(err, tx.Rollback(ctx))
	}
	return tx.Commit(ctx)
}

func (s *Store) layOutIn(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "SELECT fence($1)", s.lease.Term); err != nil {
		return err
	}
	found := map[string]describe.Layout{}
	rows, err := tx.Query(ctx, readLayouts)
	if err != nil {
		return fmt.Errorf("read the list of mirrored tables: %w", err)
	}
	var name string
	var l describe.Layout
	_, err = pgx.ForEachRow(rows, []any{&name, &l.Columns, &l.Keys, &l.Indexes, &l.Loading}, func() error {
		found[name] = l
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the list of mirrored tables: %w", err)
	}
	differences := describe.Differences(found, s.options.Tables)
	switch {
	case len(found) > 0 && len(differences) == 0:
		return s.discardInterrupted(ctx, tx, found)
	case len(found) > 0 && !s.options.ReplaceLayout:
		return fmt.Errorf("%w: %s", store.ErrLayout, strings.Join(differences, "; "))
	}
	for name := range found {
		if _, err := tx.Exec(ctx, "DROP TABLE IF EXISTS "+describe.Quote("row_"+name)); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM layout"); err != nil {
		return err
	}
	for _, t := range s.tables {
		if err := makeTable(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) discardInterrupted(ctx context.Context, tx pgx.Tx, found map[string]describe.Layout) error {
	for _, t := range s.tables {
		if !found[t.Name].Loading {
			continue
		}
		if err := makeTable(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// makeTable makes the table anew, empty and with its indexes.
func makeTable(ctx context.Context, tx pgx.Tx, t *table) error {
	if err := clearTable(ctx, tx, t, false); err != nil {
		return err
	}
	return script(ctx, tx, t.indexes)
}

// clearTable makes the table anew, empty and without indexes.
func clearTable(ctx context.Context, tx pgx.Tx, t *table, loading bool) error {
	if err := script(ctx, tx, t.drop+"; "+t.create); err != nil {
		return err
	}
	l := describe.LayoutOf(&t.Table)
	_, err := tx.Exec(ctx, putLayout, t.Name, l.Columns, l.Keys, l.Indexes, loading)
	return err
}

// script runs several statements.
func script(ctx context.Context, tx pgx.Tx, sql string) error {
	_, err := tx.Conn().PgConn().Exec(ctx, sql).ReadAll()
	return err
}
