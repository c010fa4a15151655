package bridge

import (
	"context"
	"errors"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
)

// UnmovedError says that a shared store is configured, and a ledger is in the folder whose contents are not in the shared one.
type UnmovedError struct{ Folder string }

func (e *UnmovedError) Error() string {
	return fmt.Sprintf("store.dsn is set, so the ledger of commands is in the shared store; but ledger.db in store.path (%s) has a ledger that was not moved there. "+
		"Without it the ids that channels know would be forgotten, and commands that come once more be carried out once more. "+
		"Run `odoobridge ledger move` on this machine; or, if nothing of it is wanted any more, put ledger.db elsewhere", e.Folder)
}

// File is the ledger's.
func (e *UnmovedError) File() string { return ledger.File(e.Folder) }

// ExitCode is that of a wrong configuration.
func (e *UnmovedError) ExitCode() int { return 2 }

// RefuseUnmoved fails with an UnmovedError where a bridge with a shared store would forget what is in a ledger of its own.
func RefuseUnmoved(ctx context.Context, cfg *config.Config) error {
	if cfg.Store.DSN == "" {
		return nil
	}
	unmoved, err := ledger.Unmoved(ctx, cfg.Store.Path)
	if err == nil && unmoved {
		return &UnmovedError{cfg.Store.Path}
	}
	return err
}

// Moved is what became of a ledger.
type Moved struct {
	// Before: an earlier run has copied everything.
	Before bool `json:"before"`
	// Copied are the rows that this run has copied, by table.
	Copied map[string]int64 `json:"copied,omitempty"`
}

// ErrNothingToShare reports that there is no shared store to move a ledger to.
var ErrNothingToShare = errors.New("store.dsn is not set: there is no shared store that the ledger could be moved to")

// MoveLedger moves the ledger of the folder to the shared store, in the place of a bridge: none can start meanwhile. Ended anywhere, it goes on
// where it was when it is called again.
func MoveLedger(ctx context.Context, cfg *config.Config) (m Moved, err error) {
	if cfg.Store.DSN == "" {
		return Moved{}, ErrNothingToShare
	}
	if err := refuseSame(ctx, cfg); err != nil {
		return Moved{}, err
	}
	from, closeAll, err := holdSource(ctx, cfg.Store.Path)
	if errors.Is(err, ledger.ErrNone) && ledger.Moved(cfg.Store.Path) {
		return Moved{Before: true}, nil
	}
	if err != nil {
		return Moved{}, err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	moved, err := postgres.MoveLedger(ctx, string(cfg.Store.DSN), cfg.Store.Schema, from)
	switch {
	case errors.Is(err, store.ErrInUse):
		return Moved{}, fmt.Errorf("%w. Stop it, and every stand-by, and try again; nothing was changed", err)
	case errors.Is(err, postgres.ErrLedgerThere):
		return Moved{}, fmt.Errorf("%w, which are not from this ledger.db. Two ledgers are not mixed; nothing was changed. "+
			"Give store.schema another name, or put the one elsewhere that is not wanted", err)
	case err != nil:
		return Moved{}, err
	}
	if err := from.Retire(); err != nil {
		return Moved{}, fmt.Errorf("the ledger is in the shared store now, but ledger.db in %s could not be renamed: %w. Run this again", cfg.Store.Path, err)
	}
	return Moved{Copied: moved.Rows}, nil
}

// holdSource has the folder and its ledger for this process alone.
func holdSource(ctx context.Context, folder string) (*ledger.Source, func() error, error) {
	from, err := ledger.OpenSource(ctx, folder)
	if err != nil {
		return nil, nil, inUse(err)
	}
	hold, err := sqlite.Hold(folder) // a bridge that is about to open the ledger has it
	if err != nil {
		return nil, nil, errors.Join(inUse(err), from.Close())
	}
	return from, func() error { return errors.Join(from.Close(), hold.Close()) }, nil
}

func inUse(err error) error {
	if errors.Is(err, store.ErrInUse) {
		return fmt.Errorf("%w. Stop the bridge first; nothing was changed", err)
	}
	return err
}

// refuseSame keeps the ledger out of Odoo's database, as far as that can be asked: a bridge would not use it there.
func refuseSame(ctx context.Context, cfg *config.Config) error {
	if cfg.Store.InOdooDatabase {
		return nil
	}
	ours, err := postgres.WhichDatabase(ctx, string(cfg.Store.DSN))
	if err != nil {
		return err
	}
	if odoo, err := postgres.WhichDatabase(ctx, string(cfg.Postgres.DSN)); err != nil || odoo != ours {
		return nil //nolint:nilerr // Odoo's server need not be there
	}
	return errOdooDatabase
}
