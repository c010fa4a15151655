package bridge

import (
	"context"
	"log/slog"

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
	return ledger.Open(ctx, ledger.Options{Path: b.cfg.Store.Path, Logger: log})
}
