package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/odoobridge/odoobridge/internal/store"
)

// source is where connections for reading come from.
type source interface {
	borrow(ctx context.Context) (*pgxpool.Conn, error)
	explain(err error) error
}

// reading is what can be read of what is committed.
type reading struct{ source }

// Reader sees what is committed in a store, whoever has it, and changes nothing of it.
type Reader struct {
	reading
	pool *pgxpool.Pool
}

// ErrNone reports that there is no store in the schema.
var ErrNone = errors.New("there is no store")

// OpenReader looks into the store in the schema of a database. It fails with
// ErrNone, store.ErrNewer, or an error that says that the store is older than this program.
func OpenReader(ctx context.Context, dsn, schema string) (*Reader, error) {
	claim := Claim{DSN: dsn, Schema: schema, Instance: "reader"}
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("connection string of the store: %w", err)
	}
	if cfg.ConnConfig, err = claim.connConfig(newDialer()); err != nil {
		return nil, err
	}
	cfg.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	cfg.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to the store: %w", explain(err))
	}
	r := &Reader{reading{pooled{pool}}, pool}
	if err := r.recognise(ctx, schema); err != nil {
		r.Close()
		return nil, fmt.Errorf("look into the store in schema %s: %w", schema, err)
	}
	return r, nil
}

// recognise makes sure that there is a store of this program's version.
func (r *Reader) recognise(ctx context.Context, schema string) error {
	var there bool
	if err := r.pool.QueryRow(ctx, "SELECT to_regclass('migration') IS NOT NULL").Scan(&there); err != nil {
		return explain(err)
	}
	if !there {
		return ErrNone
	}
	version := 0
	if err := r.pool.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM migration").Scan(&version); err != nil {
		return fmt.Errorf("read the version of schema %s: %w", schema, explain(err))
	}
	switch known := len(migrations); {
	case version > known:
		return fmt.Errorf("%w: it has schema version %d, this program knows versions up to %d", store.ErrNewer, version, known)
	case version < known:
		return fmt.Errorf("it was written by an older version (schema version %d, this program's is %d): `odoobridge run` brings it up to date", version, known)
	}
	return nil
}

// Meta returns the value that was committed last under the name.
func (r *Reader) Meta(ctx context.Context, name string) (value string, found bool, err error) {
	switch err := r.pool.QueryRow(ctx, getMeta, name).Scan(&value); {
	case errors.Is(err, pgx.ErrNoRows):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("read meta %s: %w", name, explain(err))
	}
	return restored(value), true, nil
}

// Close ends the reader.
func (r *Reader) Close() error {
	r.pool.Close()
	return nil
}

// pooled is a pool by itself.
type pooled struct{ pool *pgxpool.Pool }

func (p pooled) borrow(ctx context.Context) (*pgxpool.Conn, error) {
	c, err := p.pool.Acquire(ctx)
	return c, explain(err)
}

func (p pooled) explain(err error) error { return explain(err) }
