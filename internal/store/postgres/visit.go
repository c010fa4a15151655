package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
)

// visitTerm ends the former holder's term, and leaves written down who it was and how it ended: the bridge that comes
// next has to know that.
const visitTerm = `UPDATE holder SET term = term + 1 WHERE id = 1 RETURNING term`

// VisitLedger opens the ledger of commands for something short while no bridge has the store, and keeps bridges from it until
// the ledger is closed. It fails with store.ErrInUse, naming the bridge that has it, or like OpenReader where
// there is no store of this program's version. It is no holder: a bridge that comes after it takes over from the one before it.
func VisitLedger(ctx context.Context, dsn, schema string) (store.Ledger, error) {
	r, err := OpenReader(ctx, dsn, schema)
	if err != nil {
		return nil, err
	}
	if err := r.Close(); err != nil {
		return nil, err
	}
	s, err := visitStore(ctx, dsn, schema, false)
	if err != nil {
		return nil, err
	}
	l, err := s.OpenLedger()
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return visited{l, s}, nil
}

// visitStore takes the store without its mirrored tables. With making, its schema is made, or brought up to date.
func visitStore(ctx context.Context, dsn, schema string, making bool) (*Store, error) {
	lease, err := visit(ctx, Claim{DSN: dsn, Schema: schema, Instance: "visit-" + NewInstance(), timing: defaultTiming}, making)
	if err != nil {
		return nil, err
	}
	options := Options{Conns: 2}
	options.setDefaults()
	s := &Store{options: options, lease: lease, log: options.Logger}
	s.reading = reading{s}
	if err := s.connect(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the store in schema %s: %w", schema, s.explain(err)), s.Close())
	}
	return s, nil
}

// visit takes the lock and a term of its own.
func visit(ctx context.Context, claim Claim, making bool) (*Lease, error) {
	d := newDialer()
	cfg, err := claim.connConfig(d)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to the store: %w", explain(err))
	}
	l := &Lease{claim: claim, conn: conn, dialer: d, lost: make(chan struct{}), visiting: true}
	if err := l.visit(ctx, making); err != nil {
		return nil, errors.Join(explain(err), l.closeConn())
	}
	l.begin()
	return l, nil
}

func (l *Lease) visit(ctx context.Context, making bool) error {
	if err := prepareSession(ctx, l.conn); err != nil {
		return err
	}
	if err := l.await(ctx); err != nil { // fails at once, as nobody is told of waiting
		return err
	}
	if making {
		if err := migrate(ctx, l.conn, l.claim.Schema); err != nil {
			return err
		}
	}
	if err := l.conn.QueryRow(ctx, visitTerm).Scan(&l.Term); err != nil {
		return fmt.Errorf("take the store for a moment: %w", err)
	}
	return nil
}

// visited is a ledger whose store goes with it.
type visited struct {
	store.Ledger
	store *Store
}

// Close ends the visit.
func (v visited) Close() error { return errors.Join(v.Ledger.Close(), v.store.Close()) }
