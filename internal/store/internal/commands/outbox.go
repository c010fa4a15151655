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
func (l *Ledger) MarkSent(ctx context.Context, numbers []int64) error {
	if err := l.mark(ctx, "UPDATE result SET sent = 1 WHERE number = ?1", numbers); err != nil {
		return fmt.Errorf("mark results as sent: %w", err)
	}
	return nil
}

// MarkReplied implements store.Ledger.
func (l *Ledger) MarkReplied(ctx context.Context, numbers []int64) error {
	if err := l.mark(ctx, "UPDATE result SET reply_to = '' WHERE number = ?1", numbers); err != nil {
		return fmt.Errorf("mark results as replied: %w", err)
	}
	return nil
}

func (l *Ledger) mark(ctx context.Context, sql string, numbers []int64) error {
	return l.submit(ctx, &op{step: func(c Conn) (step, error) {
		for _, number := range numbers {
			if err := exec(c, sql, number); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}})
}

// Outbox implements store.Ledger.
func (l *Reader) Outbox(ctx context.Context) (list []store.OutboxCount, err error) {
	err = l.db.Read(ctx, func(c Conn) error {
		return query(c, "SELECT routing_key, count(*), min(number) FROM result WHERE sent = 0 GROUP BY routing_key ORDER BY routing_key", func(q Row) error {
			list = append(list, store.OutboxCount{RoutingKey: q.ColumnText(0), Count: q.ColumnInt(1), Oldest: q.ColumnInt(2)})
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("count results that are to be sent: %w", err)
	}
	return list, nil
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
