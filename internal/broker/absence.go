package broker

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// Absence tells why there is no connection to the broker: once for each reason, whichever of the connections that share it finds it
// out first, until one of them is there again.
type Absence struct {
	log  *slog.Logger
	told telemetry.Told
	seen atomic.Int64 // when there was a connection last, in ns
}

// NewAbsence tells it to the log.
func NewAbsence(log *slog.Logger) *Absence { return &Absence{log: log} }

// toldError is one that Absence has told.
type toldError struct{ error }

func (e toldError) Unwrap() error { return e.error }

// WasTold reports whether an error is why there is no connection, and was told for all connections: it need not be told for each.
func WasTold(err error) bool { return errors.As(err, new(toldError)) }

// after is the outcome of an attempt to connect, once it is told. An attempt that began before another one succeeded tells of
// times past: RabbitMQ takes seconds to refuse a password.
func (a *Absence) after(ctx context.Context, began time.Time, err error) error {
	if a == nil || ctx.Err() != nil {
		return err
	}
	if err == nil {
		a.seen.Store(time.Now().UnixNano())
		if a.told.Over() {
			a.log.Info("the broker is there again")
		}
		return nil
	}
	if began.UnixNano() > a.seen.Load() && a.told.First(err) {
		a.log.Warn("there is no connection to the broker; trying again until there is. Events and answers are kept, commands wait", telemetry.KeyError, err.Error(), telemetry.KeyRemedy, Remedy(err))
	}
	return toldError{err}
}
