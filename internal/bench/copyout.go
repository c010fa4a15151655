package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"
)

// copyOut is the limit of a snapshot: COPY … TO STDOUT of the mapped columns,
// thrown away, table after table on each of some connections.
func copyOut(ctx context.Context, dsn string, tables []mappedTable, connections int) (rows int64, took time.Duration, err error) {
	waiting := make(chan mappedTable, len(tables))
	for _, t := range tables {
		waiting <- t
	}
	close(waiting)
	began := time.Now()
	var total atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range connections {
		group.Go(func() error {
			conn, err := pgconn.Connect(ctx, dsn)
			if err != nil {
				return fmt.Errorf("connect: %w", err)
			}
			defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
			for t := range waiting {
				tag, err := conn.CopyTo(ctx, io.Discard, fmt.Sprintf("COPY %s (%s) TO STDOUT", t.name, strings.Join(t.columns, ", ")))
				if err != nil {
					return fmt.Errorf("copy %s: %w", t.name, err)
				}
				total.Add(tag.RowsAffected())
			}
			return nil
		})
	}
	err = group.Wait()
	return total.Load(), time.Since(began), err
}
