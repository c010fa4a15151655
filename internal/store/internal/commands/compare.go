package commands

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Bindings implements store.Ledger.
func (l *Reader) Bindings(ctx context.Context, since time.Time, after string, limit int) (found []store.Binding, err error) {
	err = l.db.Read(ctx, func(c Conn) error {
		return query(c, "SELECT external_id, model, record FROM binding WHERE external_id > ?1 AND since >= ?2 ORDER BY external_id LIMIT ?3", func(q Row) error {
			found = append(found, store.Binding{ExternalID: q.ColumnText(0), Model: q.ColumnText(1), Record: q.ColumnInt(2)})
			return nil
		}, after, since, limitOf(limit))
	})
	if err != nil {
		return nil, fmt.Errorf("read bindings: %w", err)
	}
	return found, nil
}

// Repeated implements store.Ledger.
func (l *Reader) Repeated(ctx context.Context, limit int) (found []store.Repeated, err error) {
	err = l.db.Read(ctx, func(c Conn) error {
		return query(c, `SELECT channel, effect, min(id), max(id), count(DISTINCT odoo_id) FROM command
			WHERE effect <> '' AND state IN ('applied', 'parked') AND state = 'applied' AND odoo_id <> 0
			GROUP BY channel, effect HAVING count(DISTINCT odoo_id) > 1 ORDER BY 1, 2 LIMIT ?1`, func(q Row) error {
			found = append(found, store.Repeated{Channel: q.ColumnText(0), Effect: q.ColumnText(1), ID: q.ColumnText(2), Other: q.ColumnText(3), Records: q.ColumnInt(4)})
			return nil
		}, limitOf(limit))
	})
	if err != nil {
		return nil, fmt.Errorf("look for effects that were had twice: %w", err)
	}
	return found, nil
}
