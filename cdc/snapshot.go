package cdc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/change"
)

// Snapshot is the database as of the position at which a new slot begins.
type Snapshot struct {
	LSN  change.LSN // where streaming begins: what committed before is in the snapshot
	Name string

	source  *Source
	conn    *replConn // exports the snapshot for as long as it is open and idle
	version int
}

// Close ends the snapshot. The connection of a temporary slot stays, for Stream.
func (sn *Snapshot) Close() {
	if !sn.source.cfg.Temporary {
		sn.conn.close()
	}
}

// CopyTable is a table to be read.
type CopyTable struct {
	Name  string   // "table" in public, or "schema.table"
	Exprs []string // SQL expressions, quoted as needed: `"name"`, `NULL`
	Where string   // SQL condition, or ""
}

// CopySink takes the rows of the snapshot.
type CopySink interface {
	// Rows takes lines in COPY's text format, each ended by a newline. It is
	// called by several workers at once, also for one table; data is valid
	// until it returns.
	Rows(ctx context.Context, table int, data []byte) error
}

// Copy reads the tables of the plan, several at once, large ones in parts. It
// may be called once. progress may be nil; it is called about once a second and
// at the end, never concurrently.
func (sn *Snapshot) Copy(ctx context.Context, plan []CopyTable, sink CopySink, progress func(Progress)) error {
	holder, err := sn.reader(ctx)
	if err != nil {
		return err
	}
	defer closeConn(holder)
	sizes, err := sn.lockAndMeasure(ctx, holder, plan)
	if err != nil {
		return err
	}
	tasks := divide(plan, sizes, sn.version)
	meter := newMeter(plan, sizes, tasks)

	workers := make([]*pgconn.PgConn, min(sn.source.cfg.Workers, len(tasks)))
	defer func() {
		for _, w := range workers {
			closeConn(w)
		}
	}()
	// All of them before the first row: once they share the snapshot, it
	// outlives the connection that exported it.
	for i := range workers {
		if workers[i], err = sn.reader(ctx); err != nil {
			return err
		}
	}
	return sn.work(ctx, workers, tasks, sink, meter, progress)
}

func (sn *Snapshot) work(ctx context.Context, workers []*pgconn.PgConn, tasks []task, sink CopySink, meter *meter, progress func(Progress)) error {
	queue := make(chan task, len(tasks))
	for _, t := range tasks {
		queue <- t
	}
	close(queue)
	reported := make(chan struct{})
	stop := make(chan struct{})
	go func() {
		defer close(reported)
		meter.report(stop, time.Second, progress)
	}()
	g, gctx := errgroup.WithContext(ctx)
	for _, conn := range workers {
		g.Go(func() error {
			for t := range queue {
				if err := copyTask(gctx, conn, t, sink, meter); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := g.Wait()
	close(stop)
	<-reported
	return err
}

// reader opens a connection that sees the snapshot.
func (sn *Snapshot) reader(ctx context.Context) (*pgconn.PgConn, error) {
	conn, err := sn.source.connect(ctx)
	if err != nil {
		return nil, err
	}
	sql := `SET statement_timeout = 0; SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = 0;
		BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ` + quoteLiteral(sn.Name)
	if err := conn.Exec(ctx, sql).Close(); err != nil {
		closeConn(conn)
		switch sqlState(err) {
		case invalidParameter, undefinedObject, notInState, noSuchFile:
			return nil, &SnapshotLostError{Err: err}
		}
		return nil, fmt.Errorf("open the snapshot: %w", err)
	}
	return conn, nil
}

func closeConn(conn *pgconn.PgConn) {
	if conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}

// What SET TRANSACTION SNAPSHOT says when there is none, by release.
const (
	invalidParameter = "22023"
	noSuchFile       = "58P01"
)

// lockAndMeasure keeps the tables from being rewritten while they are read in
// parts, and finds out how large they are. The lock is the one that reading
// takes, and it is taken by reading, so that a grant on single columns is enough.
func (sn *Snapshot) lockAndMeasure(ctx context.Context, conn *pgconn.PgConn, plan []CopyTable) ([]tableSize, error) {
	sizes := make([]tableSize, len(plan))
	for i, t := range plan {
		if err := conn.Exec(ctx, selectSQL(t, "", false)+" LIMIT 0").Close(); err != nil {
			return nil, fmt.Errorf("read table %s: %w", t.Name, err)
		}
		var err error
		if sizes[i], err = measure(ctx, conn, t.Name); err != nil {
			return nil, err
		}
	}
	return sizes, nil
}

// tableSize is what is known about a table before it is read.
type tableSize struct {
	rows        int64 // estimate; -1 unknown
	bytes       int64
	blockSize   int64
	whole       bool // SELECT on all of it is granted, so that ctid may be used
	partitioned bool
}

// measure also refuses a table that was rewritten since the snapshot was taken:
// TRUNCATE and most forms of ALTER TABLE make it look empty to an older snapshot.
func measure(ctx context.Context, conn *pgconn.PgConn, table string) (tableSize, error) {
	rows, err := execParams(ctx, conn, `
		SELECT c.reltuples::bigint, pg_relation_size(c.oid), current_setting('block_size')::bigint,
			has_table_privilege(c.oid, 'SELECT'), c.relkind = 'p', c.relkind = 'p' OR c.relfilenode = pg_relation_filenode(c.oid)
		FROM pg_class c WHERE c.oid = $1::regclass`, []string{quoteTable(table)})
	if err != nil {
		return tableSize{}, fmt.Errorf("measure table %s: %w", table, err)
	}
	if len(rows) != 1 {
		return tableSize{}, unexpected("measure table "+table, rows)
	}
	f := fields{row: rows[0]}
	size := tableSize{rows: f.number(), bytes: f.number(), blockSize: f.number(), whole: f.yes(), partitioned: f.yes()}
	if !f.yes() {
		return size, &SnapshotLostError{Err: fmt.Errorf("table %s was truncated or rewritten after the snapshot was taken", table)}
	}
	return size, errors.Join(f.err)
}
