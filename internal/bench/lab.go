package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/odoobridge/odoobridge/internal/devenv"
)

// lab is what measurements work with: two servers, the programs and the size
// of things.
type lab struct {
	rounds int
	scale  float64
	log    *slog.Logger

	dir    string // what the run writes, removed at its end
	self   string // this program, to run as a contestant
	pg     *devenv.Postgres
	rabbit *devenv.RabbitMQ
	broker int // process id of the broker

	bridgeBinary string  // "" until it is built
	templated    bool    // the database that others are copied from is there
	shop         *shop   // the large database, once it is made
	shopBridge   *bridge // the bridge that has mirrored it
	shopSnapshot memory  // that bridge's, when it was first ready
	sample       message // what the raw publisher sends
}

// postgresSettings leave durability as it is in production. Checkpoints and
// autovacuum stay out of the way: they would hit one contestant and not the other.
var postgresSettings = map[string]string{
	"shared_buffers":     "512MB",
	"max_wal_size":       "16GB",
	"checkpoint_timeout": "1h",
	"autovacuum":         "off",
	"fsync":              "on",
}

// openLab starts the servers.
func openLab(ctx context.Context, l *lab) (err error) {
	if l.self, err = os.Executable(); err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	if l.dir, err = os.MkdirTemp("", "odoobridge-bench-"); err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	l.log.Info("starting PostgreSQL and RabbitMQ")
	if l.pg, err = devenv.StartPostgres(ctx, postgresSettings); err != nil {
		return errors.Join(err, l.close())
	}
	if l.rabbit, err = devenv.StartRabbitMQ(ctx); err != nil {
		return errors.Join(err, l.close())
	}
	if l.broker, err = brokerPID(ctx, l.rabbit); err != nil {
		return errors.Join(err, l.close())
	}
	l.sample = inventedMessage()
	return nil
}

func (l *lab) close() error {
	var errs []error
	if l.rabbit != nil {
		errs = append(errs, l.rabbit.Close())
	}
	if l.pg != nil {
		errs = append(errs, l.pg.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(l.dir))...)
}

func (l *lab) path(name string) string { return filepath.Join(l.dir, name) }

// scaled is n at the run's scale, at least 1.
func (l *lab) scaled(n int) int { return max(int(float64(n)*l.scale), 1) }

// repository is the directory of go.mod.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod above the working directory: run this in the repository")
		}
		dir = parent
	}
}
