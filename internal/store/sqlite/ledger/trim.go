package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// Trim implements store.Ledger.
func (l *Ledger) Trim(ctx context.Context, done, audit time.Time, limit int) (removed int, err error) {
	err = l.submit(ctx, &op{do: func(c *capi.Conn) (err error) {
		removed, err = trimIn(c, done, audit, limit)
		return err
	}})
	if err != nil {
		return 0, fmt.Errorf("trim the ledger: %w", err)
	}
	return removed, nil
}

func trimIn(c *capi.Conn, done, audit time.Time, limit int) (int, error) {
	old, err := numbers(c, `SELECT seq FROM command WHERE state IN ('applied', 'duplicate', 'rejected', 'discarded') AND settled < ?1
		AND NOT EXISTS (SELECT 1 FROM result r WHERE r.command = command.seq AND r.sent = 0) ORDER BY settled LIMIT ?2`, done, limit)
	if err != nil {
		return 0, err
	}
	for _, seq := range old {
		for _, sql := range []string{"DELETE FROM note WHERE seq = ?1", "DELETE FROM result WHERE command = ?1", "DELETE FROM command WHERE seq = ?1"} {
			if err := exec(c, sql, seq); err != nil {
				return 0, err
			}
		}
	}
	// Answers to what was no command.
	loose, err := numbers(c, "SELECT number FROM result WHERE command = 0 AND sent = 1 LIMIT ?1", limit)
	if err != nil {
		return 0, err
	}
	for _, n := range loose {
		if err := exec(c, "DELETE FROM result WHERE number = ?1", n); err != nil {
			return 0, err
		}
	}
	entries, err := numbers(c, "SELECT number FROM audit WHERE time < ?1 ORDER BY time LIMIT ?2", audit, limit)
	if err != nil {
		return 0, err
	}
	for _, n := range entries {
		if err := exec(c, "DELETE FROM audit WHERE number = ?1", n); err != nil {
			return 0, err
		}
	}
	return len(old) + len(entries), nil
}
