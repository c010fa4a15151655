package router

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// Reread brings some tables to what a snapshot holds, while the others stay as
// the log left them at the snapshot's position. It is one transaction: a row that
// differs counts as changed, one that is gone as deleted, and documents that show
// the tables are built again and compared. Rows may be called by several
// workers at once; Finish or Abort ends it.
//
// The router must stand at the snapshot's position, and so must be opened with
// the profile that holds from there on.
type Reread struct {
	router *Router
	mu     sync.Mutex
	seen   map[int]map[odoo.Key]struct{} // by table
}

// BeginReread begins the transaction. Of a table that has become absent nothing
// comes, and nothing stays.
func (r *Router) BeginReread(tables []int) (*Reread, error) {
	if r.failed != nil {
		return nil, r.failed
	}
	if r.tx.open {
		return nil, errors.New("read tables again: a transaction is under way")
	}
	l := &Reread{router: r, seen: map[int]map[odoo.Key]struct{}{}}
	for _, t := range tables {
		l.seen[t] = map[odoo.Key]struct{}{}
	}
	r.tx.open, r.loading = true, true
	return l, nil
}

// Rows takes lines of COPY text of the table's columns, in the order of the
// profile. data is not kept.
func (l *Reread) Rows(ctx context.Context, table int, data []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, seen := l.router, l.seen[table]
	spec := r.Profile.Tables[table]
	for line := range bytes.Lines(data) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		key, err := mirror.ParseKey(spec, line)
		if err != nil {
			return err
		}
		text := string(line)
		if spec.Keep != nil && !spec.Keep(odoo.NewRow(text)) {
			continue
		}
		seen[key] = struct{}{}
		if err := r.mirror.Redo(table, key, text); err != nil {
			return fmt.Errorf("read %s again: %w", spec.Name, err)
		}
	}
	r.touch()
	return r.spill(ctx)
}

// Abort forgets all of it; the router is of no use afterwards.
func (l *Reread) Abort() error {
	l.router.loading = false
	return l.router.Close()
}

// Finish removes what was not seen, compares the documents and makes all of it
// durable at the snapshot's position.
func (l *Reread) Finish(ctx context.Context, at SnapshotInfo) error {
	r := l.router
	defer func() { r.loading = false }()
	if err := l.finish(ctx, at); err != nil {
		return r.abandon(err)
	}
	return nil
}

func (l *Reread) finish(ctx context.Context, at SnapshotInfo) error {
	r := l.router
	if at.LSN < r.position {
		return fmt.Errorf("read tables again as of %s: the store is beyond, at %s", at.LSN, r.position)
	}
	for _, t := range r.Profile.Tables {
		if seen, reread := l.seen[t.ID]; reread {
			if err := l.removeUnseen(ctx, t, seen); err != nil {
				return err
			}
		}
	}
	for i, entity := range r.Profile.Entities {
		if !l.concerns(entity) {
			continue
		}
		keys, err := r.keys(ctx, entity)
		if err != nil {
			return err
		}
		for _, key := range keys {
			r.tx.touched[docID{i, key}] = struct{}{}
		}
	}
	r.takeIn()
	commit := r.snapshotCommit(at)
	if err := r.compareTouched(ctx, &commit); err != nil {
		return err
	}
	return r.snapshotDone(ctx, at, map[string]string{})
}

func (l *Reread) removeUnseen(ctx context.Context, t *odoo.Table, seen map[odoo.Key]struct{}) error {
	r := l.router
	var gone []odoo.Key
	r.mirror.Scan(t, func(row odoo.Row) bool {
		key := row.Key(t.Keys)
		if _, found := seen[key]; !found {
			gone = append(gone, key)
		}
		return true
	})
	for _, key := range gone {
		if err := r.mirror.Redo(t.ID, key, ""); err != nil {
			return fmt.Errorf("read %s again: %w", t.Name, err)
		}
	}
	r.touch()
	return errors.Join(r.mirror.Err(), r.spill(ctx))
}

// concerns reports whether documents of the entity follow one of the tables.
func (l *Reread) concerns(entity *odoo.Entity) bool {
	for table := range entity.Touches {
		if _, reread := l.seen[table.ID]; reread {
			return true
		}
	}
	return false
}
