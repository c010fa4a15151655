package dba

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Apply runs a plan in one transaction and tells of each statement before it
// runs. Advice is passed over.
func Apply(ctx context.Context, conn *pgx.Conn, plan []Statement, tell func(Statement)) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, "SET LOCAL lock_timeout = '5s'"); err != nil {
		return fmt.Errorf("limit the wait for locks: %w", err)
	}
	for _, s := range plan {
		if s.Advice {
			continue
		}
		tell(s)
		if _, err := tx.Exec(ctx, s.runs()); err != nil {
			return fmt.Errorf("%s: %w; nothing was changed", s.SQL, err)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Steps counts the statements that are to be run.
func Steps(plan []Statement) int {
	n := 0
	for _, s := range plan {
		if !s.Advice {
			n++
		}
	}
	return n
}
