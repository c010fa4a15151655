package commands

import (
	"context"
	"fmt"
	"time"
)

// Trim implements store.Ledger.
func (l *Ledger) Trim(ctx context.Context, done, audit time.Time, limit int) (removed int, err error) {
	err = l.alone(ctx, func(c Conn) (err error) {
		if removed, err = trimIn(c, done, audit, limit); err == nil && l.db.Ahead() {
			err = forget(c)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("trim the ledger: %w", err)
	}
	return removed, nil
}

func trimIn(c Conn, done, audit time.Time, limit int) (int, error) {
	old, err := numbers(c, `SELECT seq FROM command WHERE (state = 'applied' OR state = 'duplicate' OR state = 'rejected' OR state = 'discarded') AND settled < ?1
		AND NOT EXISTS (SELECT 1 FROM result r WHERE r.command = command.seq AND r.sent = 0) ORDER BY settled LIMIT ?2`, done, limit)
	if err != nil {
		return 0, err
	}
	for _, seq := range old {
		for _, sql := range []string{"DELETE FROM note WHERE seq = ?1", "DELETE FROM step WHERE seq = ?1", "DELETE FROM result WHERE command = ?1", "DELETE FROM command WHERE seq = ?1"} {
			if err := exec(c, sql, seq); err != nil {
				return 0, err
			}
		}
	}
	removed := len(old)
	for _, part := range []struct {
		sql  string
		args []any
	}{
		// Answers to what was no command.
		{"DELETE FROM result WHERE number IN (SELECT number FROM result WHERE command = 0 AND sent = 1 LIMIT ?1) RETURNING number", []any{limit}},
		// Words of channels that nothing as old can follow any more.
		{"DELETE FROM said WHERE (channel, said) IN (SELECT channel, said FROM said WHERE kept < ?2 LIMIT ?1) RETURNING 1", []any{limit, done}},
		{"DELETE FROM audit WHERE number IN (SELECT number FROM audit WHERE time < ?2 ORDER BY time LIMIT ?1) RETURNING number", []any{limit, audit}},
	} {
		gone, err := numbers(c, part.sql, part.args...)
		if err != nil {
			return 0, err
		}
		removed += len(gone)
	}
	return removed, nil
}
