package commands

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Take implements store.Ledger.
func (l *Ledger) Take(ctx context.Context, workload string, n int, now time.Time) ([]store.Taken, error) {
	l.offers.looked(workload)
	t := &taking{workload: workload, n: n}
	return t.result(l.submit(ctx, &op{step: t.begin(func() time.Time { return now })}))
}

// begin takes commands, each time that it is done.
func (t *taking) begin(now func() time.Time) step {
	return func(c Conn) (step, error) {
		*t = taking{workload: t.workload, n: t.n, now: now()}
		return t.find(c)
	}
}

// result is what was taken, when its operation has ended with err.
func (t *taking) result(err error) ([]store.Taken, error) {
	if err != nil {
		return nil, fmt.Errorf("take commands of %s: %w", t.workload, err)
	}
	t.collect()
	return t.taken, nil
}

// taking takes commands, as many as are wanted.
type taking struct {
	workload string
	n        int
	now      time.Time
	bytes    int64        // of the bodies that were found
	found    []*candidate // that are due
	taken    []store.Taken
}

// candidate is a command that is due. The first command of its effect is nil for none.
type candidate struct {
	seq                   int64
	channel, effect, said string
	got                   *store.Command // nil: another holds it back
	first                 *store.Command
	newest                time.Time
}

// find looks for as many commands that are due as are still wanted, up to those whose bodies are large together.
func (t *taking) find(c Conn) (step, error) {
	want := t.n - len(t.taken)
	if want <= 0 || t.bytes >= store.TakenBytes {
		return nil, nil
	}
	return t.take(want), send(c, `SELECT seq, channel, effect, said, octet_length(body) + coalesce(octet_length(edited), 0) FROM command
		WHERE workload = ?1 AND ready = 1 AND due <= ?2 ORDER BY due, seq LIMIT ?3`, func(q Row) error {
		if t.bytes < store.TakenBytes {
			t.found = append(t.found, &candidate{seq: q.ColumnInt(0), channel: q.ColumnText(1), effect: q.ColumnText(2), said: q.ColumnText(3)})
			t.bytes += q.ColumnInt(4)
		}
		return nil
	}, t.workload, t.now, want)
}

// take takes what was found, in order. There may be more when as many were found as were wanted, and some of them are held back.
func (t *taking) take(want int) step {
	return func(c Conn) (step, error) {
		for _, f := range t.found {
			if err := f.take(c, t.now); err != nil {
				return nil, err
			}
		}
		if len(t.found) < want || t.bytes >= store.TakenBytes {
			return nil, nil
		}
		return func(c Conn) (step, error) {
			t.collect()
			return t.find(c)
		}, nil
	}
}

// collect keeps what was taken of what was found.
func (t *taking) collect() {
	for _, f := range t.found {
		if f.got != nil {
			t.taken = append(t.taken, store.Taken{Command: *f.got, First: f.first, Newest: f.newest})
		}
	}
	t.found = nil
}

// take marks a command as applying, unless one that was taken since holds it back: settling that one
// looks at this one again. That it is ready is not asked as the index of ready ones has it (= 1): PostgreSQL would walk that one, with
// all that waits in it, as soon as by the number.
func (f *candidate) take(c Conn, now time.Time) error {
	err := sendReturning(c, &f.got, "UPDATE command SET state = 'applying', ready = 0, attempts = attempts + 1 WHERE seq = ?1 AND ready <> 0 AND due <= ?2 AND NOT "+heldBack, f.seq, now)
	if err != nil {
		return err
	}
	if err := exec(c, "UPDATE command SET ready = 0 WHERE seq = ?1 AND ready <> 0 AND due <= ?2", f.seq, now); err != nil {
		return err
	}
	if err := exec(c, "UPDATE key SET state = 'a' WHERE seq = ?1 AND (SELECT state FROM command WHERE seq = ?1) = 'applying'", f.seq); err != nil {
		return err
	}
	return f.lookUp(c)
}

// lookUp finds out what there is to be known of a command that was taken.
func (f *candidate) lookUp(c Conn) error {
	err := send(c, "SELECT key, value FROM note WHERE seq = ?1", func(q Row) error {
		if f.got != nil {
			addNote(f.got, q)
		}
		return nil
	}, f.seq)
	if err == nil && f.effect != "" {
		err = sendCommand(c, &f.first, "channel = ?1 AND effect = ?2 AND effect <> '' AND state IN ('applied', 'parked') AND seq <> ?3 ORDER BY seq", f.channel, f.effect, f.seq)
	}
	if err == nil && f.said != "" {
		err = send(c, "SELECT time FROM said WHERE channel = ?1 AND said = ?2", func(q Row) error {
			f.newest = moment(q.ColumnInt(0))
			return nil
		}, f.channel, f.said)
	}
	return err
}

// NextDue implements store.Ledger.
func (l *Ledger) NextDue(ctx context.Context, workload string) (due time.Time, err error) {
	err = l.db.Read(ctx, func(c Conn) error {
		return query(c, "SELECT due FROM command WHERE workload = ?1 AND ready = 1 ORDER BY due, seq LIMIT 1", func(q Row) error {
			due = moment(q.ColumnInt(0))
			return nil
		}, workload)
	})
	if err != nil {
		return due, fmt.Errorf("find the next command of %s: %w", workload, err)
	}
	return due, nil
}

// Note implements store.Ledger.
func (l *Ledger) Note(ctx context.Context, seq int64, key, value string) error {
	err := l.submit(ctx, &op{synced: true, step: func(c Conn) (step, error) {
		return nil, exec(c, "INSERT INTO note (seq, key, value) VALUES (?1, ?2, ?3) ON CONFLICT (seq, key) DO UPDATE SET value = excluded.value", seq, key, value)
	}})
	if err != nil {
		return fmt.Errorf("note %s of command %d: %w", key, seq, err)
	}
	return nil
}
