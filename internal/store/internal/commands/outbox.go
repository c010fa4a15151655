package commands

import (
	"context"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
)

func addResults(c Conn, seq int64, results []store.Result) error {
	for _, r := range results {
		err := exec(c, "INSERT INTO result (command, id, routing_key, reply_to, correlation_id, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
			seq, r.ID, r.RoutingKey, r.ReplyTo, r.CorrelationID, bytesOf(r.Body))
		if err != nil {
			return err
		}
	}
	return nil
}

// Unsent implements store.Ledger.
func (l *Ledger) Unsent(ctx context.Context, after int64, limit int) (list []store.Result, err error) {
	err = l.db.Read(ctx, func(c Conn) error {
		return query(c, `SELECT number, command, id, routing_key, reply_to, correlation_id, body FROM result
			WHERE sent = 0 AND number > ?1 ORDER BY number LIMIT ?2`, func(q Row) error {
			list = append(list, store.Result{
				Number: q.ColumnInt(0), Command: q.ColumnInt(1), ID: q.ColumnText(2), RoutingKey: q.ColumnText(3),
				ReplyTo: q.ColumnText(4), CorrelationID: q.ColumnText(5), Body: q.ColumnBytes(6),
			})
			return nil
		}, after, limit)
	})
	if err != nil {
		return nil, fmt.Errorf("read results that are to be sent: %w", err)
	}
	return list, nil
}

// Results implements store.Ledger.
func (l *Reader) Results(ctx context.Context, seq int64) (list []store.Result, err error) {
	err = l.db.Read(ctx, func(c Conn) error {
		return query(c, `SELECT number, command, id, routing_key, reply_to, correlation_id, body, sent FROM result
			WHERE command = ?1 ORDER BY number`, func(q Row) error {
			list = append(list, store.Result{
				Number: q.ColumnInt(0), Command: q.ColumnInt(1), ID: q.ColumnText(2), RoutingKey: q.ColumnText(3),
				ReplyTo: q.ColumnText(4), CorrelationID: q.ColumnText(5), Body: q.ColumnBytes(6), Sent: q.ColumnInt(7) != 0,
			})
			return nil
		}, seq)
	})
	if err != nil {
		return nil, fmt.Errorf("read the results of command %d: %w", seq, err)
	}
	return list, nil
}

// MarkSent implements store.Ledger.
func (l *Ledger) MarkSent(ctx context.Context, sent []int64) error {
	err := l.submit(ctx, &op{step: func(c Conn) (step, error) {
		for _, number := range sent {
			if err := exec(c, "UPDATE result SET sent = 1 WHERE number = ?1", number); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}})
	if err != nil {
		return fmt.Errorf("mark results as sent: %w", err)
	}
	return nil
}

func addAudit(c Conn, entries []store.AuditEntry) error {
	for _, e := range entries {
		err := exec(c, `INSERT INTO audit (time, actor, action, channel, id, name, subject, code, model, odoo_id, odoo_name, reason)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`,
			e.Time, e.Actor, e.Action, e.Channel, e.ID, e.Name, e.Subject, e.Code, e.Odoo.Model, e.Odoo.ID, e.Odoo.Name, e.Reason)
		if err != nil {
			return err
		}
	}
	return nil
}
