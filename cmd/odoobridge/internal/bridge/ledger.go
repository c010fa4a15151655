package bridge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"syscall"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
)

// openLedger opens what is remembered of commands: in the store where it is shared, so that a successor
// knows what was claimed, else in a file beside it.
func (b *bridge) openLedger(ctx context.Context, log *slog.Logger) (store.Ledger, error) {
	if shared, ok := b.store.(*postgres.Store); ok {
		return shared.OpenLedger()
	}
	l, err := ledger.Open(ctx, ledger.Options{Path: b.cfg.Store.Path, Logger: log})
	if err != nil { // else a nil *Ledger would be a ledger
		return nil, unwritable(err, b.cfg.Store.Path)
	}
	return l, nil
}

// unwritable adds to an error what to do about a folder that the bridge may not write.
func unwritable(err error, folder string) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w. The bridge runs as user %d, who must own %[3]s and what is in it: chown -R %[2]d %[3]s, and chmod u+rwX -R %[3]s", err, os.Getuid(), folder)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w. Mount what %s is on for writing, or set store.path to another folder", err, folder)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w. Make room on the disk of %s and start again: what was there is kept", err, folder)
	}
	return err
}
