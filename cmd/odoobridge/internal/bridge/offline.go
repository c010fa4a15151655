package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/verify"
	"github.com/odoobridge/odoobridge/inbound"
	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
)

// Readings are what can be looked at of commands while no bridge runs. It changes nothing, and
// may go on while a bridge starts. Close it.
type Readings struct {
	Ledger Readable
	closer io.Closer
}

// Readable is what is read of a ledger.
type Readable interface {
	inbound.Readable
	verify.Ledger
	Audit(ctx context.Context, f store.AuditFilter) ([]store.AuditEntry, error)
}

// OpenReadings looks into the ledger of a configuration.
func OpenReadings(ctx context.Context, cfg *config.Config) (*Readings, error) {
	if cfg.Store.DSN != "" {
		r, err := postgres.OpenReader(ctx, string(cfg.Store.DSN), cfg.Store.Schema)
		if err != nil {
			return nil, err
		}
		return &Readings{r.Ledger(), r}, nil
	}
	r, err := ledger.OpenReader(ctx, cfg.Store.Path)
	if err != nil {
		return nil, noLedger(err)
	}
	return &Readings{r, r}, nil
}

func noLedger(err error) error {
	if errors.Is(err, ledger.ErrNone) {
		return fmt.Errorf("%w: no bridge that takes commands has run there (store.path of the configuration says where it is looked for)", err)
	}
	return err
}

// Close ends the readings.
func (r *Readings) Close() error { return r.closer.Close() }

// Exceptions lists what needs a person.
func (r *Readings) Exceptions(ctx context.Context, f inbound.ExceptionFilter) ([]inbound.Exception, error) {
	return inbound.ExceptionsIn(ctx, r.Ledger, f)
}

// Show returns a command with its body.
func (r *Readings) Show(ctx context.Context, s ShowRequest) (inbound.Exception, error) {
	return inbound.ShowIn(ctx, r.Ledger, s.Channel, s.ID)
}

// Audit returns entries of the audit trail.
func (r *Readings) Audit(ctx context.Context, a *AuditRequest) ([]AuditEntry, error) {
	return auditEntries(ctx, r.Ledger.Audit, a)
}

// DecideOffline does to a command what a person says while no bridge runs: the decision, its audit entry and the answer to
// the channel become durable in one transaction. The bridge that starts next acts on it. Meanwhile none can
// start; where one is at work, or about to be, it fails and says so.
func DecideOffline(ctx context.Context, cfg *config.Config, d *DecideRequest) (err error) {
	l, release, err := holdLedger(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	// It is never run: it only knows what a decision does to a command.
	river, err := inbound.New(inbound.Options{Config: cfg, Ledger: l, Executor: apply.New(apply.Options{Config: cfg})})
	if err != nil {
		return err
	}
	return decideOn(ctx, river, d)
}

// holdLedger opens the ledger to be written, in the place of a bridge.
func holdLedger(ctx context.Context, cfg *config.Config) (store.Ledger, func() error, error) {
	if cfg.Store.DSN != "" {
		l, err := postgres.VisitLedger(ctx, string(cfg.Store.DSN), cfg.Store.Schema)
		if errors.Is(err, store.ErrInUse) {
			err = fmt.Errorf("%w. Decide on the machine where it runs, with the same command", err)
		}
		if err != nil {
			return nil, nil, err
		}
		return l, l.Close, nil
	}
	// Whether there is one, of this version: opening to write would make it.
	r, err := ledger.OpenReader(ctx, cfg.Store.Path)
	if err != nil {
		return nil, nil, noLedger(err)
	}
	if err := r.Close(); err != nil {
		return nil, nil, err
	}
	hold, err := sqlite.Hold(cfg.Store.Path)
	if errors.Is(err, store.ErrInUse) {
		err = fmt.Errorf("%w: a bridge is starting or stopping there. Try again in a moment", err)
	}
	if err != nil {
		return nil, nil, err
	}
	l, err := ledger.Open(ctx, ledger.Options{Path: cfg.Store.Path})
	if err != nil {
		return nil, nil, errors.Join(err, hold.Close())
	}
	return l, func() error { return errors.Join(l.Close(), hold.Close()) }, nil
}
