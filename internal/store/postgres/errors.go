package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoobridge/odoobridge/internal/store"
)

// SQLSTATEs that mean something here.
const (
	stateFenced   = "OB001" // raised by fence
	stateDiskFull = "53100"
	stateReadOnly = "25006" // the server is a stand-by now
	stateProtocol = "08P01" // what we sent is wrong, and would be again
)

// explain gives an error its meaning: store.ErrFull, ErrDeposed or ErrLost.
func explain(err error) error {
	if err == nil || errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrDeposed) || errors.Is(err, store.ErrLost) {
		return err
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		switch {
		case refused.Code == stateFenced:
			return fmt.Errorf("%w: %w", store.ErrDeposed, err)
		case refused.Code == stateDiskFull:
			return fmt.Errorf("%w: the disk of its server has no room left: %w", store.ErrFull, err)
		case passes(refused.Code):
			return fmt.Errorf("%w: %w", store.ErrLost, err)
		}
		if refused.Where != "" {
			return fmt.Errorf("%w (%s)", err, firstLine(refused.Where))
		}
		return err
	}
	if broken(err) {
		return fmt.Errorf("%w: %w", store.ErrLost, err)
	}
	return err
}

// passes reports whether a server that says so may be better later: it is
// shutting down, starting, has no connection to spare, or became a stand-by.
func passes(code string) bool {
	return strings.HasPrefix(code, "57P") || strings.HasPrefix(code, "53") || code == stateReadOnly ||
		strings.HasPrefix(code, "08") && code != stateProtocol
}

// broken reports whether the connection, not what was asked, is what failed.
func broken(err error) bool {
	if errors.As(err, new(*pgconn.ConnectError)) {
		return !errors.As(err, new(*pgconn.ParseConfigError))
	}
	return errors.As(err, new(net.Error)) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded) ||
		strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "conn is closed")
}

// firstLine is where in a command an error is, without the values that may follow.
func firstLine(where string) string {
	where, _, _ = strings.Cut(where, "\n")
	where, _, _ = strings.Cut(where, ":")
	return where
}
