package trace

import (
	"context"
	"errors"
	"time"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/router/jobs"
	"github.com/odoobridge/odoobridge/router/lane"
)

// reader is a store that is only looked into.
type reader interface {
	journal
	Cursors(ctx context.Context) ([]store.Cursor, error)
	Meta(ctx context.Context, name string) (string, bool, error)
	Close() error
}

// Offline opens the store and the ledger of a configuration to be read. What it returns closes them.
func Offline(ctx context.Context, cfg *config.Config) (*Sources, func() error, error) {
	r, err := openStore(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	closing := r.Close
	src, err := sourcesOf(ctx, r, lane.Specs(cfg.Channels, cfg.RabbitMQ.Firehose))
	if err != nil {
		return nil, nil, errors.Join(err, closing())
	}
	if shared, ok := r.(*postgres.Reader); ok {
		src.Commands, src.Channels = shared.Ledger(), ChannelsOf(cfg)
		if src.Unmoved, err = unmoved(ctx, cfg.Store.Path); err != nil {
			return nil, nil, errors.Join(err, closing())
		}
		return src, closing, nil
	}
	switch l, err := ledger.OpenReader(ctx, cfg.Store.Path); {
	case err == nil:
		src.Commands, src.Channels = l, ChannelsOf(cfg)
		closing = func() error { return errors.Join(l.Close(), r.Close()) }
	case !errors.Is(err, ledger.ErrNone):
		return nil, nil, errors.Join(err, closing())
	}
	return src, closing, nil
}

func unmoved(ctx context.Context, folder string) (file string, err error) {
	found, err := ledger.Unmoved(ctx, folder)
	if found {
		file = ledger.File(folder)
	}
	return file, err
}

func openStore(ctx context.Context, cfg *config.Config) (reader, error) {
	if cfg.Store.DSN != "" {
		return postgres.OpenReader(ctx, string(cfg.Store.DSN), cfg.Store.Schema)
	}
	return sqlite.OpenReader(cfg.Store.Path)
}

func sourcesOf(ctx context.Context, r reader, specs []lane.Spec) (*Sources, error) {
	src := &Sources{Store: r, Now: time.Now().UTC()}
	cursors, err := r.Cursors(ctx)
	if err != nil {
		return nil, err
	}
	if src.Lanes, err = LanesOf(specs, cursors); err != nil {
		return nil, err
	}
	if src.Jobs, err = jobs.In(cursors); err != nil {
		return nil, err
	}
	if src.Parked, err = jobs.ParkedIn(cursors); err != nil {
		return nil, err
	}
	if src.Poisoned, err = router.PoisonedIn(ctx, r); err != nil {
		return nil, err
	}
	if src.Readings, err = ReadingsIn(ctx, r); err != nil {
		return nil, err
	}
	src.Checkpoint, err = router.CheckpointIn(ctx, r)
	return src, err
}

// ChannelsOf are the channels that may send commands.
func ChannelsOf(cfg *config.Config) (names []string) {
	for i := range cfg.Channels {
		if len(cfg.Channels[i].Commands) > 0 {
			names = append(names, cfg.Channels[i].Name)
		}
	}
	return names
}
