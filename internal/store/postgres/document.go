package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/piece"
)

const (
	documentColumns = "k1, k2, subject, revision, lsn::text, company, body, last"
	getDocument     = "SELECT " + documentColumns + " FROM document WHERE entity = $1 AND k1 = $2 AND k2 = $3"
	pageDocuments   = "SELECT " + documentColumns + " FROM document " +
		"WHERE entity = (SELECT id FROM entity WHERE name = $1) AND (k1, k2) > ($2, $3) ORDER BY k1, k2 LIMIT $4"
	namedDocuments = "SELECT " + documentColumns + ", (SELECT name FROM entity WHERE id = entity) FROM document WHERE subject = $1 ORDER BY entity, k1, k2"
	putDocuments   = `INSERT INTO document (entity, k1, k2, subject, revision, lsn, company, body, last)
		SELECT e, k1, k2, subject, revision, lsn::pg_lsn, company, body, last
		FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::text[], $9::bigint[])
		AS d(e, k1, k2, subject, revision, lsn, company, body, last)
		ON CONFLICT (entity, k1, k2) DO UPDATE SET revision = excluded.revision, lsn = excluded.lsn,
		company = excluded.company, body = excluded.body, last = excluded.last`
	forgetDocuments = `DELETE FROM document USING unnest($1::integer[], $2::bigint[], $3::bigint[]) AS gone(e, a, b)
		WHERE entity = e AND k1 = a AND k2 = b`
	putEntity    = "INSERT INTO entity (id, name) VALUES ($1, $2)"
	readEntities = "SELECT id, name FROM entity"
)

// loadEntities reads the numbers of the entities' names.
func (s *Store) loadEntities(ctx context.Context) error {
	found := map[string]int32{}
	rows, err := s.w.Query(ctx, readEntities)
	if err == nil {
		var id int32
		var name string
		_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error { found[name] = id; return nil })
	}
	if err != nil {
		return fmt.Errorf("read the kinds of documents: %w", s.explain(err))
	}
	s.entities = found
	return nil
}

// entity returns the number of an entity's name, and queues a new one if need be.
func (s *Store) entity(q *pgx.Batch, name string) int32 {
	if id, found := s.entities[name]; found {
		return id
	}
	id := int32(len(s.entities) + 1) //nolint:gosec // a handful
	q.Queue(putEntity, id, name)
	s.entities[name] = id
	return id
}

func (s *Store) queueForgotten(q *pgx.Batch, forgotten []store.Document) {
	var entities []int32
	var keys keyList
	for i := range forgotten {
		if id, known := s.entities[forgotten[i].Entity]; known {
			entities = append(entities, id)
			keys.add(forgotten[i].Key)
		}
	}
	if len(entities) > 0 {
		q.Queue(forgetDocuments, entities, keys[0], keys[1])
	}
}

func (s *Store) queueDocuments(q *pgx.Batch, documents []store.Document) {
	n := len(documents)
	if n == 0 {
		return
	}
	entities, subjects, lsns, bodies := make([]int32, n), make([]string, n), make([]string, n), make([][]byte, n)
	revisions, companies, lasts := make([]int64, n), make([]int64, n), make([]int64, n)
	var keys keyList
	for i := range documents {
		d := &documents[i]
		entities[i], subjects[i], lsns[i], bodies[i] = s.entity(q, d.Entity), d.Subject, d.LSN.String(), present(d.Body)
		revisions[i], companies[i], lasts[i] = d.Revision, d.Company, d.Last
		keys.add(d.Key)
	}
	q.Queue(putDocuments, entities, keys[0], keys[1], subjects, revisions, lsns, companies, bodies, lasts)
}

// present is the body itself; one that is nil is empty, not NULL.
func present(body []byte) []byte {
	if body == nil {
		return []byte{}
	}
	return body
}

// Document implements store.Mirror.
func (s *Store) Document(entity string, key store.Key) (d store.Document, found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(); err != nil {
		return d, false, err
	}
	id, known := s.entities[entity]
	if !known {
		return d, false, nil
	}
	d, err = readDocument(s.w.QueryRow(context.Background(), getDocument, id, key[0], key[1]), entity)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return store.Document{}, false, nil
	case err != nil:
		return d, false, fmt.Errorf("read document %s %v: %w", entity, key, s.explain(err))
	}
	return d, true, nil
}

// readDocument reads documentColumns, and what more is asked for.
func readDocument(row pgx.Row, entity string, more ...any) (store.Document, error) {
	d := store.Document{Entity: entity}
	var lsn string
	if err := row.Scan(append([]any{&d.Key[0], &d.Key[1], &d.Subject, &d.Revision, &lsn, &d.Company, &d.Body, &d.Last}, more...)...); err != nil {
		return d, err
	}
	var err error
	d.LSN, err = change.ParseLSN(lsn)
	return d, err
}

// Documents implements store.Store.
func (r reading) Documents(ctx context.Context, entity string, after store.Key, limit int, yield func(store.Document) bool) error {
	err := piece.Documents(after, limit, func(after store.Key, n int) (piece.Piece[store.Document], error) {
		return readPiece(ctx, r, n, func(d *store.Document) int { return len(d.Body) },
			func(rows pgx.Rows) (store.Document, error) { return readDocument(rows, entity) },
			pageDocuments, entity, after[0], after[1], n)
	}, yield)
	if err != nil {
		return fmt.Errorf("read documents of %s: %w", entity, err)
	}
	return nil
}

// DocumentsNamed implements store.Store.
func (r reading) DocumentsNamed(ctx context.Context, subject string) (list []store.Document, err error) {
	c, err := r.borrow(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for %s: %w", subject, err)
	}
	defer c.Release()
	rows, err := c.Query(ctx, namedDocuments, subject)
	if err == nil {
		list, err = pgx.AppendRows(list, rows, func(row pgx.CollectableRow) (store.Document, error) {
			entity := ""
			d, err := readDocument(row, "", &entity)
			d.Entity = entity
			return d, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("look for %s: %w", subject, r.explain(err))
	}
	return list, nil
}
