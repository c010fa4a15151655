package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Open opens the store that the lease is for, and makes its tables if there are none. It
// fails with store.ErrNewer or store.ErrLayout where a person must decide. The lease is the store's
// from then on, also when Open fails.
func Open(ctx context.Context, lease *Lease, o Options) (*Store, error) {
	o.setDefaults()
	s := &Store{options: o, lease: lease, log: o.Logger, room: room{limit: o.MaxSize}}
	s.reading = reading{s}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the store in schema %s: %w", lease.claim.Schema, s.explain(err)), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) (err error) {
	for _, t := range s.options.Tables {
		made, err := newTable(t)
		if err != nil {
			return err
		}
		s.tables = append(s.tables, made)
	}
	if err := s.connect(ctx); err != nil {
		return err
	}
	if err := s.layOut(ctx); err != nil {
		return err
	}
	if err := s.loadEntities(ctx); err != nil {
		return err
	}
	_, err = s.Size(ctx)
	return err
}

func (s *Store) connect(ctx context.Context) error {
	cfg, err := s.lease.claim.connConfig(s.lease.dialer)
	if err != nil {
		return err
	}
	if s.w, err = pgx.ConnectConfig(ctx, cfg); err != nil {
		return fmt.Errorf("connect to write: %w", err)
	}
	if err := prepareSession(ctx, s.w); err != nil {
		return err
	}
	return s.openPool(ctx)
}

// poolConfig is how connections in a pool are made, and for how long they are kept.
func (s *Store) poolConfig() (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(s.lease.claim.DSN)
	if err != nil {
		return nil, fmt.Errorf("connection string of the store: %w", err)
	}
	if cfg.ConnConfig, err = s.lease.claim.connConfig(s.lease.dialer); err != nil {
		return nil, err
	}
	cfg.AfterConnect = prepareSession
	cfg.MinConns, cfg.MaxConnLifetime, cfg.MaxConnIdleTime = 0, 24*time.Hour, 5*time.Minute
	return cfg, nil
}

func (s *Store) openPool(ctx context.Context) error {
	cfg, err := s.poolConfig()
	if err != nil {
		return err
	}
	cfg.MaxConns = int32(s.options.Conns) //nolint:gosec // few
	s.pool, err = pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("connect to read: %w", err)
	}
	return nil
}

// Close ends the store and gives it up. Writes since the last Commit are
// forgotten; readings that go on are waited for.
func (s *Store) Close() error {
	s.closing.Do(func() { s.closeErr = s.close() })
	return s.closeErr
}

func (s *Store) close() error {
	s.mu.Lock()
	s.closed = true
	w := s.w
	s.mu.Unlock()
	if w != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		// The server rolls back what is open. There is nothing to be done about a farewell that fails.
		_ = w.Close(ctx)
	}
	if s.pool != nil {
		s.pool.Close()
	}
	if err := s.lease.Close(); err != nil && !errors.Is(explain(err), store.ErrLost) {
		return err
	}
	return nil
}
