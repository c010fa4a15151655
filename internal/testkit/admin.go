package testkit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// admin is a superuser's connection to the database postgres that is used again and again:
// a server's process for each costs more CPU than what most of them are asked.
type admin struct {
	mu   sync.Mutex
	conn *pgx.Conn
}

// borrow returns the connection, a new one where the server was stopped since; nobody else has it until it is given back.
func (a *admin) borrow(ctx context.Context, dsn string) (conn *pgx.Conn, giveBack func(), err error) {
	a.mu.Lock()
	if a.conn != nil && a.conn.Ping(ctx) != nil {
		_ = a.conn.Close(ctx)
		a.conn = nil
	}
	if a.conn == nil {
		if a.conn, err = pgx.Connect(ctx, dsn); err != nil {
			a.mu.Unlock()
			return nil, nil, fmt.Errorf("connect: %w", err)
		}
	}
	return a.conn, a.mu.Unlock, nil
}

func (a *admin) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = a.conn.Close(ctx)
		a.conn = nil
	}
}
