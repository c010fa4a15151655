package postgres

import (
	"log/slog"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Options say what a store holds.
type Options struct {
	// Tables are the mirrored tables; their order is their identity in calls.
	Tables []store.Table
	// ReplaceLayout empties the mirror when it was written for other tables or
	// columns, instead of failing with store.ErrLayout.
	ReplaceLayout bool
	// MaxSize bounds what the schema's tables occupy, in bytes; 0 does not. It
	// is looked at now and then, so up to 16 MiB or a 64th may come on top.
	MaxSize int64
	// Conns is how many connections read the journal and documents, load tables
	// and save cursors, beside the writer's own and the lock's; 0 is 4.
	Conns  int
	Logger *slog.Logger
}

const defaultConns = 4

func (o *Options) setDefaults() {
	if o.Conns <= 0 {
		o.Conns = defaultConns
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}
