package postgres

import (
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
)

const (
	getMeta = "SELECT value FROM meta WHERE name = $1"
	putMeta = "INSERT INTO meta (name, value) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)

// queue adds the statements of a batch: one for all rows of a table.
func (s *Store) queue(q *pgx.Batch, b *store.Batch) error {
	s.queueDeletes(q, b.Deletes)
	if err := s.queuePuts(q, b.Puts); err != nil {
		return err
	}
	s.queueForgotten(q, b.Forgotten)
	s.queueDocuments(q, b.Documents)
	if len(b.Events) < manyEvents {
		queueEvents(q, b.Events)
	}
	if len(b.Meta) > 0 {
		var names, values []string
		for name, value := range b.Meta {
			names, values = append(names, name), append(values, storable(value))
		}
		q.Queue(putMeta, names, values)
	}
	return nil
}

func (s *Store) queueDeletes(q *pgx.Batch, deletes []store.RowDelete) {
	keys := make([]keyList, len(s.tables))
	for i := range deletes {
		keys[deletes[i].Table].add(deletes[i].Old.Key)
	}
	for i, t := range s.tables {
		switch {
		case len(keys[i][0]) == 0:
		case t.two:
			q.Queue(t.delete, keys[i][0], keys[i][1])
		default:
			q.Queue(t.delete, keys[i][0])
		}
	}
}

// keyList is keys as the arrays that statements take.
type keyList [2][]int64

func (k *keyList) add(key store.Key) {
	k[0], k[1] = append(k[0], key[0]), append(k[1], key[1])
}

// rowList is rows of one table as the arrays that its upsert takes.
type rowList struct {
	keys    keyList
	indexed [][]pgtype.Int8 // by own index
	texts   []string
}

func (l *rowList) add(t *table, row *store.Row) {
	if l.indexed == nil {
		l.indexed = make([][]pgtype.Int8, len(t.own))
	}
	l.keys.add(row.Key)
	for i, place := range t.own {
		value := row.Indexed[place]
		l.indexed[i] = append(l.indexed[i], pgtype.Int8{Int64: value, Valid: value != store.NoIndex})
	}
	l.texts = append(l.texts, storable(row.Text))
}

func (l *rowList) arguments(t *table) []any {
	list := []any{l.keys[0]}
	if t.two {
		list = append(list, l.keys[1])
	}
	for _, values := range l.indexed {
		list = append(list, values)
	}
	return append(list, l.texts)
}

func (s *Store) queuePuts(q *pgx.Batch, puts []store.RowPut) error {
	lists := make([]rowList, len(s.tables))
	for i := range puts {
		t := s.tables[puts[i].Table]
		if err := describe.CheckRow(&t.Table, &puts[i].Row); err != nil {
			return fmt.Errorf("put row %v of %s: %w", puts[i].Row.Key, t.Name, err)
		}
		lists[puts[i].Table].add(t, &puts[i].Row)
	}
	for i, t := range s.tables {
		if len(lists[i].texts) > 0 {
			q.Queue(t.upsert, lists[i].arguments(t)...)
		}
	}
	return nil
}
