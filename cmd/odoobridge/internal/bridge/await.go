package bridge

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// waitForDatabase does what needs Odoo's database at the start, again and again
// while the server is away or the way to it breaks; every other error is final.
func (b *bridge) waitForDatabase(ctx context.Context, do func() error) error {
	var told telemetry.Told
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := do()
		if err != nil && !passes(err) {
			return struct{}{}, backoff.Permanent(err)
		}
		if err != nil {
			b.health.Set(telemetry.HealthStreaming, false, err.Error())
		}
		if err != nil && told.First(err) {
			b.log.Warn("Odoo's database cannot be reached; trying again until it can", telemetry.KeyError, err.Error(),
				telemetry.KeyRemedy, "nothing, if it comes back; else look whether PostgreSQL runs, and whether postgres.dsn leads to it: `odoobridge check` asks it")
		}
		return struct{}{}, err
	}, backoff.WithMaxElapsedTime(0), backoff.WithBackOff(reconnecting()))
	return err
}

// passes tells errors that a server's return mends from those that a person must.
func passes(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		// Starting up, shutting down, too many connections.
		return refused.Code[:2] == "57" || refused.Code[:2] == "53" || refused.Code[:2] == "08"
	}
	return errors.As(err, new(*cdc.AwayError)) || errors.As(err, new(net.Error)) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, new(*net.OpError)) || errors.Is(err, context.DeadlineExceeded) || pgconn.Timeout(err)
}

func reconnecting() backoff.BackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = 500*time.Millisecond, 15*time.Second
	return b
}

// States of the server's errors (PostgreSQL documentation, appendix A).
const (
	undefinedTable   = "42P01"
	undefinedColumn  = "42703"
	lockNotAvailable = "55P03"
)

func sqlState(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}
