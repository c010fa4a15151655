package postgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// NewInstance names a process.
func NewInstance() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

const (
	readFormer = `SELECT term, instance, released IS NOT NULL, server = pg_postmaster_start_time() FROM holder WHERE id = 1`
	takeTerm   = `UPDATE holder SET term = term + 1, instance = $1, host = $2, pid = $3, since = now(), server = pg_postmaster_start_time(), released = NULL
		WHERE id = 1 RETURNING term`
	release = `UPDATE holder SET released = now() WHERE term = $1`
	// The former's connections are those of its name, wherever in this cluster they are.
	endFormer = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid() AND usename = current_user`
)

// former is the holder before us.
type former struct {
	term       int64
	instance   string
	released   bool // it gave the store up in good order
	sameServer bool // the server was not started again since
}

// takeOver makes the store ours alone. The former holder's connections are
// ended, then the term is over: what it sends from then on fails. Then those are
// ended that came in between. So nothing of the former commits once this returns.
func (l *Lease) takeOver(ctx context.Context) error {
	var f former
	if err := l.conn.QueryRow(ctx, readFormer).Scan(&f.term, &f.instance, &f.released, &f.sameServer); err != nil {
		return fmt.Errorf("ask who had the store: %w", err)
	}
	if err := l.endFormer(ctx, f.instance); err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	if err := l.conn.QueryRow(ctx, takeTerm, l.claim.Instance, host, os.Getpid()).Scan(&l.Term); err != nil {
		return fmt.Errorf("take the store over: %w", err)
	}
	if err := l.endFormer(ctx, f.instance); err != nil {
		return err
	}
	if f.released || f.instance == l.claim.Instance {
		return nil
	}
	l.Former = f.instance
	if f.sameServer {
		return nil // the former's lock ended with its process, or was seen to end by it
	}
	// The lock ended with the server; the former may not have noticed yet.
	select {
	case <-time.After(l.claim.timing.lease):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// endFormer ends an instance's connections and waits until they are gone.
func (l *Lease) endFormer(ctx context.Context, instance string) error {
	if instance == "" {
		return nil
	}
	deadline := time.Now().Add(l.claim.timing.ending)
	for {
		var left int
		if err := l.conn.QueryRow(ctx, endFormer, applicationPrefix+instance).Scan(&left); err != nil {
			return fmt.Errorf("end the connections of the former holder: %w", err)
		}
		if left == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: %d connections of its former holder do not end", store.ErrInUse, left)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
