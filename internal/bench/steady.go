package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// load is a steady stream of single-row transactions.
type load struct {
	dsn      string
	perSec   int
	duration time.Duration
	sessions int
	// statement takes the number of the transaction from 0.
	statement func(i int) (sql string, args []any)
}

// run writes at the steady rate, whatever the server makes of it, and returns
// how many transactions were committed.
func (w load) run(ctx context.Context) (int, error) {
	total := int(w.duration.Seconds() * float64(w.perSec))
	numbers := make(chan int, total)
	group, ctx := errgroup.WithContext(ctx)
	for range w.sessions {
		group.Go(func() error { return w.session(ctx, numbers) })
	}
	group.Go(func() error {
		defer close(numbers)
		began := time.Now()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for next := 0; next < total; {
			for due := int(time.Since(began).Seconds() * float64(w.perSec)); next < min(due, total); next++ {
				numbers <- next
			}
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-tick.C:
			}
		}
		return nil
	})
	return total, group.Wait()
}

func (w load) session(ctx context.Context, numbers <-chan int) error {
	conn, err := pgx.Connect(ctx, w.dsn)
	if err != nil {
		return fmt.Errorf("connect a writer: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for i := range numbers {
		sql, args := w.statement(i)
		if _, err := conn.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("write transaction %d: %w", i, err)
		}
	}
	return nil
}

// oneQuant changes one quant after the other.
func oneQuant(quants int) func(int) (string, []any) {
	return func(i int) (string, []any) {
		return `UPDATE stock_quant SET quantity = quantity + 1, write_date = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = $1`,
			[]any{firstID + 1 + i*7919%quants}
	}
}
