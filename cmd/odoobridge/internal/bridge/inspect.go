package bridge

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoodb"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// inspect finds out which Odoo this is and chooses the mapping. It waits for a
// server that is away.
func (b *bridge) inspect(ctx context.Context) error {
	b.stage.set("asking Odoo's database what it is")
	var facts odoodb.Facts
	err := b.waitForDatabase(ctx, func() (err error) {
		facts, err = b.readFacts(ctx)
		return err
	})
	if err != nil {
		return err
	}
	b.facts = facts
	if facts.Neutralized {
		return &DecisionError{"this database is neutralized: it is a copy made for tests, and its events must not reach channels",
			"Point postgres.dsn at the productive database"}
	}
	b.profile, err = Mapping(facts, b.cfg.ExtraColumns)
	if err != nil {
		return &DecisionError{err.Error(), "Run `odoobridge check` to see everything that is missing"}
	}
	b.log.Info("Odoo found", telemetry.KeyRelease, b.profile.Release, "tables", len(b.profile.Tables))
	return nil
}

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

func (b *bridge) readFacts(ctx context.Context) (odoodb.Facts, error) {
	conn, err := b.connect(ctx)
	if err != nil {
		return odoodb.Facts{}, err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing depends on a parting word
	return odoodb.Read(ctx, conn)
}

// connect opens an ordinary connection for a question.
func (b *bridge) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, string(b.cfg.Postgres.DSN))
	if err != nil {
		return nil, fmt.Errorf("connect to Odoo's database: %w", err)
	}
	return conn, nil
}
