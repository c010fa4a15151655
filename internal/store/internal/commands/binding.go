package commands

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Bound implements store.Ledger.
func (l *Reader) Bound(ctx context.Context, externalID string) (b store.Binding, found bool, err error) {
	err = l.db.Read(ctx, func(c Conn) error {
		return query(c, "SELECT model, record FROM binding WHERE external_id = ?1", func(q Row) error {
			b, found = store.Binding{ExternalID: externalID, Model: q.ColumnText(0), Record: q.ColumnInt(1)}, true
			return nil
		}, externalID)
	})
	if err != nil {
		return store.Binding{}, false, fmt.Errorf("look up a binding: %w", err)
	}
	return b, found, nil
}

// bindAll binds external ids, those that are bound already anew.
func bindAll(c Conn, bindings []store.Binding, now time.Time) error {
	for _, b := range bindings {
		err := exec(c, `INSERT INTO binding (external_id, model, record, since) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (external_id) DO UPDATE SET model = excluded.model, record = excluded.record, since = excluded.since
			WHERE binding.model <> excluded.model OR binding.record <> excluded.record`, b.ExternalID, b.Model, b.Record, now)
		if err != nil {
			return err
		}
	}
	return nil
}
