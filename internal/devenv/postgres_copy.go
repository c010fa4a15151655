package devenv

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
)

// Copy makes another server from a base backup of this one, which runs: a standby that
// follows it, or what is restored from the backup, as of now.
func (pg *Postgres) Copy(ctx context.Context, standby bool) (*Postgres, error) {
	backup, err := Find("pg_basebackup")
	if err != nil {
		return nil, err
	}
	dir, err := newWorkdir()
	if err != nil {
		return nil, err
	}
	c := &Postgres{dir: dir, cred: pg.cred, settings: maps.Clone(pg.settings)}
	if err := c.take(ctx, pg, backup, standby); err != nil {
		_ = dir.remove()
		return nil, err
	}
	if err := c.Start(ctx); err != nil {
		_ = dir.remove()
		return nil, err
	}
	return c, nil
}

func (pg *Postgres) take(ctx context.Context, from *Postgres, backup string, standby bool) error {
	if err := give(pg.dir.path, pg.cred); err != nil {
		return err
	}
	args := []string{"-D", pg.dir.join("data"), "-X", "stream", "-c", "fast", "--no-sync",
		"-d", fmt.Sprintf("postgres://postgres@127.0.0.1:%d/?sslmode=disable", from.port)}
	if standby {
		args = append(args, "-R")
	}
	if err := runAs(exec.CommandContext(ctx, backup, args...), pg.cred, pg.dir.path); err != nil {
		return err
	}
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	pg.port = ports[0]
	return nil
}
