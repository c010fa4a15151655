package router

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// Load fills the store from a snapshot of the tables. Rows may be called by
// several workers at once; Finish or Abort ends it.
type Load struct {
	router  *Router
	told    map[string]bool // entities that channels know: what differs is news
	loaders []*tableLoader
}

type tableLoader struct {
	mu     sync.Mutex
	spec   *odoo.Table
	rows   []store.Row
	loader store.Loader
}

// SnapshotInfo says of which moment the rows are.
type SnapshotInfo struct {
	Timeline int32
	LSN      change.LSN
	Time     time.Time
	// Anew: the log does not continue the one that was read before, so that its
	// positions may come again.
	Anew bool
	// Meta becomes durable together with the rows and the position.
	Meta map[string]string
}

// BeginLoad empties the mirror. Documents and journal stay: what differs from
// them in the snapshot comes out as events.
func (r *Router) BeginLoad(ctx context.Context) (*Load, error) {
	told, err := toldEntities(ctx, r.Store)
	if err != nil {
		return nil, err
	}
	l := &Load{router: r, told: told}
	if err := Unload(ctx, r.Store); err != nil {
		return nil, errors.Join(err, r.Store.Rollback())
	}
	for _, spec := range r.Profile.Tables {
		loader, err := r.Store.Load(ctx, spec.ID)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("begin to load %s: %w", spec.Name, err), l.Abort())
		}
		l.loaders = append(l.loaders, &tableLoader{spec: spec, loader: loader})
	}
	return l, nil
}

// Rows takes lines of COPY text of the table's columns, in the order of the
// profile. data is not kept.
func (l *Load) Rows(ctx context.Context, table int, data []byte) error {
	t := l.loaders[table]
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = t.rows[:0]
	text := string(data) // one allocation that all rows of the chunk share
	for len(data) > 0 {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			end = len(data)
		}
		line := data[:end]
		row := text[len(text)-len(data):][:end]
		data = data[min(end+1, len(data)):]
		if t.spec.Keep != nil && !t.spec.Keep(odoo.NewRow(row)) {
			continue
		}
		stored, err := mirror.StoreRow(t.spec, line, row)
		if err != nil {
			return err
		}
		t.rows = append(t.rows, stored)
	}
	if err := t.loader.Add(ctx, t.rows); err != nil {
		return fmt.Errorf("store rows of %s: %w", t.spec.Name, err)
	}
	return nil
}

// Abort leaves the store as one that was never loaded.
func (l *Load) Abort() error {
	var errs []error
	for _, t := range l.loaders {
		errs = append(errs, t.loader.Abort())
	}
	return errors.Join(errs...)
}

// Finish adds up the sums, builds every document and makes the position of the
// snapshot the store's. progress hears how many documents are done.
func (l *Load) Finish(ctx context.Context, at SnapshotInfo, progress func(entity string, done, total int)) error {
	for _, t := range l.loaders {
		if err := t.loader.Finish(ctx); err != nil {
			return errors.Join(fmt.Errorf("finish loading %s: %w", t.spec.Name, err), l.Abort())
		}
	}
	r := l.router
	if err := r.mirror.Reload(); err != nil {
		return err
	}
	r.documents.reset()
	for _, s := range r.Profile.Sums {
		if err := l.loadSum(ctx, s); err != nil {
			return err
		}
	}
	if err := l.buildAll(ctx, at, progress); err != nil {
		return r.abandon(err)
	}
	return nil
}

func (l *Load) loadSum(ctx context.Context, s *odoo.Sum) error {
	loader, err := l.router.Store.Load(ctx, len(l.router.Profile.Tables)+s.ID)
	if err != nil {
		return fmt.Errorf("begin to add up %s: %w", s.Name, err)
	}
	rows, err := l.router.mirror.AddUp(s)
	if err == nil {
		err = loader.Add(ctx, rows)
	}
	if err == nil {
		err = loader.Finish(ctx)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("add up %s: %w", s.Name, err), loader.Abort())
	}
	return l.router.mirror.Err()
}

func (l *Load) buildAll(ctx context.Context, at SnapshotInfo, progress func(string, int, int)) error {
	r := l.router
	commit := r.snapshotCommit(at)
	r.timeline, r.group.turned = at.Timeline, true
	r.mirror.Advance(at.Time.UTC().Truncate(time.Second))
	if err := r.plan(); err != nil {
		return err
	}
	r.takeIn()
	r.tx.open, r.loading = true, true
	defer func() { r.loading = false }()
	for i, entity := range r.Profile.Entities {
		keys, err := r.keys(ctx, entity)
		if err != nil {
			return err
		}
		for done, key := range keys {
			if err := l.build(ctx, &commit, docID{i, key}); err != nil {
				return err
			}
			if done%1000 == 0 {
				progress(entity.Name, done, len(keys))
			}
		}
		progress(entity.Name, len(keys), len(keys))
	}
	r.group.spilled = true // so that everything is in its own table
	meta := map[string]string{metaLoaded: at.LSN.String(), metaTold: toldText(l.told, r.Profile)}
	return r.snapshotDone(ctx, at, meta)
}

func (l *Load) build(ctx context.Context, commit *commitInfo, id docID) error {
	if !l.told[l.router.Profile.Entities[id.entity].Name] {
		if err := l.router.adopt(commit, id); err != nil {
			return err
		}
	} else if err := l.router.compare(commit, id); err != nil {
		return err
	}
	return l.router.spill(ctx)
}

// snapshotCommit is the transaction that the events of a snapshot come from.
func (r *Router) snapshotCommit(at SnapshotInfo) commitInfo {
	epoch := r.epoch
	if at.Anew {
		epoch++
	}
	return commitInfo{Epoch: epoch, Timeline: at.Timeline, LSN: at.LSN, Time: at.Time, Resync: true}
}

// snapshotDone makes all that a snapshot led to durable at once.
func (r *Router) snapshotDone(ctx context.Context, at SnapshotInfo, meta map[string]string) error {
	if err := errors.Join(r.mirror.Err(), ctx.Err()); err != nil {
		return err
	}
	epoch := r.snapshotCommit(at).Epoch
	meta[metaEpoch] = strconv.FormatInt(int64(epoch), 10)
	maps.Copy(meta, at.Meta)
	if err := r.Store.Write(ctx, &store.Batch{Meta: meta}); err != nil {
		return fmt.Errorf("note that the snapshot is complete: %w", err)
	}
	r.tx.reset()
	r.group.position = at.LSN
	r.position = 0 // whatever it was, the snapshot's holds now
	if err := r.commit(ctx); err != nil {
		return err
	}
	r.epoch = epoch
	return nil
}

// adopt stores a document as it is, without an event.
func (r *Router) adopt(c *commitInfo, id docID) error {
	previous, err := r.documents.get(id.entity, id.key)
	if err != nil {
		return err
	}
	entity := r.Profile.Entities[id.entity]
	built, there, poison := r.buildFirst(id)
	if poison != "" {
		return r.spoil(c, id, &previous, poison)
	}
	r.heal(id)
	r.group.documents++
	switch {
	case there:
		r.documents.put(id.entity, store.Document{
			Entity: entity.Name, Key: id.key, Subject: cmp.Or(previous.Subject, entity.Name+"/"+built.Name),
			Revision: 1, LSN: c.LSN, Company: built.Company, Body: fit(built.Body), Last: previous.Last,
		})
	case previous.Body != nil:
		r.documents.put(id.entity, store.Document{Entity: entity.Name, Key: id.key})
	}
	return nil
}
