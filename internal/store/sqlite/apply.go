package sqlite

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
)

// place is where in a batch something with a key is. Writes are done in the
// order of keys: neighbours share pages, which are then found, and logged, once.
type place struct {
	group int
	key   store.Key
	index int
}

func (s *Store) sorted(n int, at func(i int) (group int, key store.Key)) []place {
	p := s.places[:0]
	for i := range n {
		group, key := at(i)
		p = append(p, place{group, key, i})
	}
	slices.SortFunc(p, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.key[0], b.key[0]), cmp.Compare(a.key[1], b.key[1]), cmp.Compare(a.index, b.index))
	})
	s.places = p
	return p
}

// apply executes the batch in the open transaction.
func (s *Store) apply(b *store.Batch) error {
	if err := s.applyRows(b); err != nil {
		return err
	}
	if err := s.applyDocuments(b); err != nil {
		return err
	}
	for i := range b.Events {
		if err := s.insertEvent(&b.Events[i]); err != nil {
			return fmt.Errorf("journal entry %d: %w", b.Events[i].Seq, err)
		}
	}
	for name, value := range b.Meta {
		if err := s.putMeta(name, value); err != nil {
			return fmt.Errorf("meta %s: %w", name, err)
		}
	}
	return nil
}

func (s *Store) applyRows(b *store.Batch) error {
	for _, p := range s.sorted(len(b.Deletes), func(i int) (int, store.Key) { return b.Deletes[i].Table, b.Deletes[i].Old.Key }) {
		if err := s.deleteRow(s.tables[p.group], p.key); err != nil {
			return fmt.Errorf("delete row %v of %s: %w", p.key, s.tables[p.group].Name, err)
		}
	}
	for _, p := range s.sorted(len(b.Puts), func(i int) (int, store.Key) { return b.Puts[i].Table, b.Puts[i].Row.Key }) {
		if err := s.putRow(s.tables[p.group], &b.Puts[p.index]); err != nil {
			return fmt.Errorf("put row %v of %s: %w", p.key, s.tables[p.group].Name, err)
		}
	}
	return nil
}

func (s *Store) deleteRow(t *table, key store.Key) error {
	q, err := s.w.Prep(t.delete)
	if err != nil {
		return err
	}
	q.Int(1, key[0])
	if t.two {
		q.Int(2, key[1])
	}
	return q.Run()
}

// putRow writes the text alone where the indexes have nothing to move.
func (s *Store) putRow(t *table, p *store.RowPut) error {
	if err := describe.CheckRow(&t.Table, &p.Row); err != nil {
		return err
	}
	if p.Old == nil || len(t.own) == 0 || !slices.Equal(p.Old.Indexed, p.Row.Indexed) {
		return s.upsertRow(t, &p.Row)
	}
	q, err := s.w.Prep(t.update)
	if err != nil {
		return err
	}
	q.Int(1, p.Row.Key[0])
	if t.two {
		q.Int(2, p.Row.Key[1])
	}
	q.Text(len(t.Keys)+1, p.Row.Text)
	if err := q.Run(); err != nil || s.w.Changes() > 0 {
		return err
	}
	return s.upsertRow(t, &p.Row)
}

func (s *Store) upsertRow(t *table, row *store.Row) error {
	q, err := s.w.Prep(t.upsert)
	if err != nil {
		return err
	}
	t.bind(q, 1, row)
	return q.Run()
}
