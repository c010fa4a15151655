package sqlite

import (
	"context"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/piece"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

const (
	documentColumns = "k1, k2, subject, revision, lsn, company, body, last"
	getDocument     = "SELECT " + documentColumns + " FROM document WHERE entity=?1 AND k1=?2 AND k2=?3"
	// The subject is not set again: it stays, and its index would be written all the same.
	putDocument = "INSERT INTO document (entity, " + documentColumns + ") VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET " +
		"revision=excluded.revision, lsn=excluded.lsn, company=excluded.company, body=excluded.body, last=excluded.last"
	forgetDocument = "DELETE FROM document WHERE entity=?1 AND k1=?2 AND k2=?3"
	pageDocuments  = "SELECT " + documentColumns + " FROM document " +
		"WHERE entity=(SELECT id FROM entity WHERE name=?1) AND (k1, k2) > (?2, ?3) ORDER BY k1, k2 LIMIT ?4"
	namedDocuments = "SELECT " + documentColumns + ", (SELECT name FROM entity WHERE id=entity) FROM document WHERE subject=?1 ORDER BY entity, k1, k2"
)

// Document implements store.Mirror.
func (s *Store) Document(entity string, key store.Key) (d store.Document, found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.prep(getDocument)
	if err != nil {
		return d, false, err
	}
	id, known := s.entities[entity]
	if !known {
		return d, false, nil
	}
	defer q.Reset()
	bindKey(q, id, key)
	if found, err = q.Step(); err == nil && found {
		d, err = readDocument(q, entity)
	}
	if err != nil {
		return d, false, fmt.Errorf("read document %s %v: %w", entity, key, err)
	}
	return d, found, nil
}

func bindKey(q *capi.Stmt, entity int64, key store.Key) {
	q.Int(1, entity)
	q.Int(2, key[0])
	q.Int(3, key[1])
}

func readDocument(q *capi.Stmt, entity string) (store.Document, error) {
	lsn, err := change.ParseLSN(q.ColumnText(4))
	return store.Document{
		Entity: entity, Key: store.Key{q.ColumnInt(0), q.ColumnInt(1)}, Subject: q.ColumnText(2),
		Revision: q.ColumnInt(3), LSN: lsn, Company: q.ColumnInt(5), Body: q.ColumnBytes(6), Last: q.ColumnInt(7),
	}, err
}

func (s *Store) applyDocuments(b *store.Batch) error {
	for i := range b.Forgotten {
		if err := s.forget(&b.Forgotten[i]); err != nil {
			return fmt.Errorf("forget document %s %v: %w", b.Forgotten[i].Entity, b.Forgotten[i].Key, err)
		}
	}
	for i := range b.Documents {
		if _, err := s.entity(b.Documents[i].Entity); err != nil {
			return fmt.Errorf("note entity %s: %w", b.Documents[i].Entity, err)
		}
	}
	order := s.sorted(len(b.Documents), func(i int) (int, store.Key) {
		return int(s.entities[b.Documents[i].Entity]), b.Documents[i].Key
	})
	for _, p := range order {
		if err := s.putDocument(&b.Documents[p.index], int64(p.group)); err != nil {
			return fmt.Errorf("put document %s %v: %w", b.Documents[p.index].Entity, p.key, err)
		}
	}
	return nil
}

func (s *Store) forget(d *store.Document) error {
	id, known := s.entities[d.Entity]
	if !known {
		return nil
	}
	q, err := s.w.Prep(forgetDocument)
	if err != nil {
		return err
	}
	bindKey(q, id, d.Key)
	return q.Run()
}

func (s *Store) putDocument(d *store.Document, entity int64) error {
	q, err := s.w.Prep(putDocument)
	if err != nil {
		return err
	}
	var lsn [17]byte
	bindKey(q, entity, d.Key)
	q.Text(4, d.Subject)
	q.Int(5, d.Revision)
	q.Bytes(6, d.LSN.Append(lsn[:0]))
	q.Int(7, d.Company)
	q.Bytes(8, d.Body)
	q.Int(9, d.Last)
	return q.Run()
}

// Documents implements store.Store.
func (r *Reader) Documents(ctx context.Context, entity string, after store.Key, limit int, yield func(store.Document) bool) error {
	err := piece.Documents(after, limit, func(after store.Key, n int) (piece.Piece[store.Document], error) {
		return readPiece(ctx, r, pageDocuments, n, func(q *capi.Stmt) {
			q.Text(1, entity)
			q.Int(2, after[0])
			q.Int(3, after[1])
			q.Int(4, int64(n))
		}, func(q *capi.Stmt) (store.Document, int, error) {
			d, err := readDocument(q, entity)
			return d, len(d.Body), err
		})
	}, yield)
	if err != nil {
		return fmt.Errorf("read documents of %s: %w", entity, err)
	}
	return nil
}

// DocumentsNamed implements store.Store.
func (r *Reader) DocumentsNamed(ctx context.Context, subject string) (list []store.Document, err error) {
	err = r.read(ctx, namedDocuments, func(q *capi.Stmt) error {
		q.Text(1, subject)
		for {
			row, err := q.Step()
			if err != nil || !row {
				return err
			}
			d, err := readDocument(q, q.ColumnText(8))
			if err != nil {
				return err
			}
			list = append(list, d)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("look for %s: %w", subject, err)
	}
	return list, nil
}
