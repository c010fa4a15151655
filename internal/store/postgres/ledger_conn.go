package postgres

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
)

// ledgerConn runs the ledger's statements, which number their parameters as SQLite does. What is
// sent goes out, all at once, when its answers are needed.
type ledgerConn struct {
	ctx   context.Context
	c     *pgx.Conn
	batch *pgx.Batch // nil: nothing was sent since the last Flush
	bytes int        // of the batch's arguments
}

// sentBytes bounds what waits in memory to go out.
const sentBytes = 1 << 20

// Send implements commands.Conn.
func (l *ledgerConn) Send(sql string, row func(commands.Row) error, args ...any) error {
	for i, arg := range args {
		switch v := arg.(type) {
		case string:
			args[i] = storable(v)
			l.bytes += len(v)
		case []byte:
			l.bytes += len(v)
		}
	}
	q := l.queue(dollars(sql), args...)
	if row != nil {
		q.Query(func(rows pgx.Rows) error { return eachRow(rows, row) })
	}
	if l.bytes > sentBytes {
		return l.Flush()
	}
	return nil
}

func (l *ledgerConn) queue(sql string, args ...any) *pgx.QueuedQuery {
	if l.batch == nil {
		l.batch = &pgx.Batch{}
	}
	return l.batch.Queue(sql, args...)
}

func eachRow(rows pgx.Rows, row func(commands.Row) error) error {
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		if err := row(ledgerRow(values)); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Flush implements commands.Conn. It is one exchange with the server, once it knows the statements.
func (l *ledgerConn) Flush() error {
	batch := l.batch
	l.batch, l.bytes = nil, 0
	if batch == nil {
		return nil
	}
	return l.c.SendBatch(l.ctx, batch).Close()
}

// transact runs do in a transaction of the term. Beginning and end go out with what is first and last in it.
func (l *ledgerConn) transact(term int64, do func(commands.Conn) error) error {
	l.queue("BEGIN")
	l.queue("SELECT fence($1)", term)
	err := do(l)
	if err == nil {
		l.queue("COMMIT")
		err = l.Flush()
	}
	if err == nil || l.c.IsClosed() || l.c.PgConn().TxStatus() == 'I' {
		return err
	}
	_, failed := l.c.Exec(l.ctx, "ROLLBACK")
	return errors.Join(err, failed)
}

// translated are the statements as PostgreSQL numbers their parameters.
var translated sync.Map

func dollars(sql string) string {
	if known, ok := translated.Load(sql); ok {
		return known.(string)
	}
	with := strings.ReplaceAll(sql, "?", "$")
	translated.Store(sql, with)
	return with
}

// ledgerRow is a row of the ledger's types: numbers, texts and bytes.
type ledgerRow []any

// ColumnInt implements commands.Row.
func (r ledgerRow) ColumnInt(i int) int64 {
	switch v := r[i].(type) {
	case int64:
		return v
	case int32:
		return int64(v)
	}
	return 0
}

// ColumnText implements commands.Row.
func (r ledgerRow) ColumnText(i int) string {
	text, _ := r[i].(string)
	return restored(text)
}

// ColumnBytes implements commands.Row.
func (r ledgerRow) ColumnBytes(i int) []byte {
	bytes, _ := r[i].([]byte)
	return bytes
}
