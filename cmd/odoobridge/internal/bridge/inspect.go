package bridge

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoodb"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// inspect finds out which Odoo this is and what of it can be mirrored. It waits
// for a server that is away. A database that lacks mapped tables is no error yet.
func (b *bridge) inspect(ctx context.Context, known shape) (found survey, err error) {
	b.stage.set("asking Odoo's database what it is")
	err = b.waitForDatabase(ctx, func() (err error) {
		found, err = b.look(ctx, known)
		return err
	})
	if found.facts.Neutralized {
		return found, errNeutralized
	}
	return found, err
}

var errNeutralized = &DecisionError{"this database is neutralized: it is a copy made for tests, and its events must not reach channels",
	"Point postgres.dsn at the productive database"}

// Mapping chooses the profile of the release and checks it against the database's columns.
func Mapping(facts odoodb.Facts, extra map[string][]string) (*odoo.Profile, error) {
	release, _, err := odoo.Detect(facts.Columns, facts.BaseVersion)
	if err != nil {
		return nil, err
	}
	profile, err := odoo.For(release, extra)
	if err != nil {
		return nil, err
	}
	return profile, odoo.Check(profile, facts.Columns)
}

// connect opens an ordinary connection for a question.
func (b *bridge) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if b.source != nil {
		if err := b.source.Away(); err != nil {
			return nil, err
		}
	}
	conn, err := pgx.Connect(ctx, string(b.cfg.Postgres.DSN))
	if err != nil {
		return nil, fmt.Errorf("connect to Odoo's database: %w", err)
	}
	return conn, nil
}
