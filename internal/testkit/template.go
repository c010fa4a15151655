package testkit

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// NewCopy returns the superuser's DSN to a copy of a database that fill has filled, once on each server for each name: a
// copy costs a quarter of what filling one does. It goes like one of [PG.NewDatabase].
func (pg *PG) NewCopy(t testing.TB, name string, fill func(ctx context.Context, dsn string) error) string {
	t.Helper()
	return pg.newDatabase(t, pg.template(t, name, fill))
}

// template is the name of the database that copies are made of.
func (pg *PG) template(t testing.TB, name string, fill func(ctx context.Context, dsn string) error) string {
	t.Helper()
	pg.mu.Lock()
	defer pg.mu.Unlock()
	if database, ok := pg.templates[name]; ok {
		return database
	}
	database := fmt.Sprintf("%s_%d", name, os.Getpid())
	if err := pg.makeTemplate(context.Background(), database, fill); err != nil {
		t.Fatalf("make the template %s: %v", name, err)
	}
	if pg.server == nil {
		OnExit(func() error { return pg.run(context.Background(), "DROP DATABASE IF EXISTS "+database) })
	}
	if pg.templates == nil {
		pg.templates = map[string]string{}
	}
	pg.templates[name] = database
	return database
}

func (pg *PG) makeTemplate(ctx context.Context, database string, fill func(ctx context.Context, dsn string) error) error {
	// A database of a test that failed half-way would be in the way of the next.
	if err := pg.run(ctx, "DROP DATABASE IF EXISTS "+database); err != nil {
		return err
	}
	if err := pg.createDatabase(ctx, database, "template0"); err != nil {
		return err
	}
	if err := fill(ctx, pg.DSN(database)); err != nil {
		return err
	}
	return pg.run(ctx, "ALTER DATABASE "+database+" ALLOW_CONNECTIONS false")
}
