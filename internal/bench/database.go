package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// The names of the contract, which bridge and limits share.
const publication = "odoobridge"

// database is one database of a measurement.
type database struct {
	name string
	dsn  string
	conn *pgx.Conn
}

// template is the database of Odoo's tables that others are copied from.
const template = "bench_odoo"

// newDatabase makes a database with Odoo's tables and demonstration data.
func (l *lab) newDatabase(ctx context.Context, name string) (*database, error) {
	if !l.templated {
		if err := l.execOn(ctx, "postgres", "CREATE DATABASE "+template+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
			return nil, err
		}
		if err := restoreOdoo(ctx, l.pg.DSN(template)); err != nil {
			return nil, err
		}
		l.templated = true
	}
	if err := l.execOn(ctx, "postgres", "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		return nil, err
	}
	db := &database{name: name, dsn: l.pg.DSN(name)}
	var err error
	if db.conn, err = pgx.Connect(ctx, db.dsn); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", name, err)
	}
	return db, nil
}

func (l *lab) execOn(ctx context.Context, database, sql string) error {
	conn, err := pgx.Connect(ctx, l.pg.DSN(database))
	if err != nil {
		return fmt.Errorf("connect to %s: %w", database, err)
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// drop removes the database and its slots.
func (db *database) drop(ctx context.Context, l *lab) error {
	return errors.Join(db.dropSlots(ctx), db.conn.Close(ctx), l.execOn(ctx, "postgres", "DROP DATABASE "+db.name+" WITH (FORCE)"))
}

func (db *database) dropSlots(ctx context.Context) error {
	rows, err := db.conn.Query(ctx, `SELECT slot_name FROM pg_replication_slots WHERE database = current_database()`)
	if err != nil {
		return fmt.Errorf("list the slots: %w", err)
	}
	slots, err := pgx.CollectRows(rows, pgx.RowTo[string])
	errs := []error{err}
	for _, slot := range slots {
		errs = append(errs, db.dropSlot(ctx, slot))
	}
	return errors.Join(errs...)
}

func (db *database) exec(ctx context.Context, sql string, args ...any) error {
	if _, err := db.conn.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("%s: %w", firstWords(sql), err)
	}
	return nil
}

// firstWords is enough of a statement to know it by.
func firstWords(sql string) string {
	if len(sql) > 80 {
		return sql[:80] + "…"
	}
	return sql
}

// end returns the position behind all that was written so far, made durable.
func (db *database) end(ctx context.Context) (string, error) {
	var lsn string
	if err := db.conn.QueryRow(ctx, `SELECT pg_current_wal_insert_lsn()::text`).Scan(&lsn); err != nil {
		return "", fmt.Errorf("read the end of the log: %w", err)
	}
	// The commit of a message is waited for, and with it all before it.
	return lsn, db.exec(ctx, `SELECT pg_logical_emit_message(true, 'bench', '')`)
}

// newSlot makes a slot that starts here.
func (db *database) newSlot(ctx context.Context, slot string) error {
	return db.exec(ctx, `SELECT pg_create_logical_replication_slot($1, 'pgoutput')`, slot)
}

func (db *database) dropSlot(ctx context.Context, slot string) error {
	return poll(ctx, 30*time.Second, "slot "+slot+" to be free", func() (bool, error) {
		var active bool
		err := db.conn.QueryRow(ctx, `SELECT active FROM pg_replication_slots WHERE slot_name = $1`, slot).Scan(&active)
		if err != nil || active {
			return false, err
		}
		return true, db.exec(ctx, `SELECT pg_drop_replication_slot($1)`, slot)
	})
}

// awaitConfirmed waits until the slot's reader has confirmed the position.
func (db *database) awaitConfirmed(ctx context.Context, slot, end string, limit time.Duration) error {
	return poll(ctx, limit, slot+" to be confirmed up to "+end, func() (bool, error) {
		var reached bool
		err := db.conn.QueryRow(ctx,
			`SELECT coalesce(confirmed_flush_lsn >= $2::pg_lsn, false) FROM pg_replication_slots WHERE slot_name = $1`, slot, end).Scan(&reached)
		return reached, err
	})
}

// awaitActive waits until somebody reads the slot, and returns the walsender.
func (db *database) awaitActive(ctx context.Context, slot string) (walsender int, err error) {
	err = poll(ctx, time.Minute, "slot "+slot+" to be read", func() (bool, error) {
		var pid *int
		err := db.conn.QueryRow(ctx, `SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1`, slot).Scan(&pid)
		if pid != nil {
			walsender = *pid
		}
		return pid != nil, err
	})
	return walsender, err
}

// poll asks every few milliseconds until the answer is yes.
func poll(ctx context.Context, limit time.Duration, what string, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("waited %s for %s", limit, what))
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		yes, err := done()
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		if yes {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}
