package odoosim

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Server answers Odoo's JSON-RPC on a database.
type Server struct {
	database string
	password func(login string) string
	rights   func(login string) *Rights
	logins   sync.Map // of users, by id
	pool     *pgxpool.Pool
	tables   atomic.Pointer[registry]
	names    counters
	faults   faults
	wizards  transients
	release  string
	now      func() time.Time // nil: the database's
}

// Options change what a Server does.
type Options struct {
	// Password of a login; by default it is the login itself. It is asked at
	// every call, so that a key may be revoked while the server runs.
	Password func(login string) string
	// Rights of a login: nil is everything. By default so are those of all but one user, "channel_limited", who is in no
	// group. It is asked at every call.
	Rights func(login string) *Rights
	// Release is what the server says it is; by default what its tables are of:
	// "17.0", "18.0" or "19.0". From 19.0 on it answers JSON-2 too; its tables and fields stay
	// those of the database.
	Release string
	// Now is the clock, the database's own by default.
	Now func() time.Time
}

// Application is what its sessions in the database call themselves. Odoo's have the process's number where this has a word.
const Application = "odoo-simulated"

// New opens a server on a database that has the tables of Odoo 17, 18 or 19.
func New(ctx context.Context, dsn string, options Options) (*Server, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the DSN: %w", err)
	}
	// Odoo's sessions find their tables whatever the database's default is.
	cfg.ConnConfig.RuntimeParams["search_path"] = "public"
	cfg.ConnConfig.RuntimeParams["application_name"] = Application
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	s := &Server{database: cfg.ConnConfig.Database, password: options.Password, pool: pool, now: options.Now}
	if s.password == nil {
		s.password = func(login string) string { return login }
	}
	if s.rights = options.Rights; s.rights == nil {
		s.rights = rightsOfRecorded
	}
	if err := s.readTables(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	s.release = cmp.Or(options.Release, fmt.Sprintf("%d.0", s.tables.Load().major()))
	return s, nil
}

// Database is the name clients must give.
func (s *Server) Database() string { return s.database }

// Close ends the server's connections.
func (s *Server) Close() { s.pool.Close() }

// tries is how often Odoo does a transaction that others got in the way of.
const tries = 5

// Call does one transaction as a user, and does it again when it met another.
func (s *Server) Call(ctx context.Context, uid int64, model, method string, args []any, kwargs map[string]any) (any, error) {
	return s.again(ctx, func() (any, error) { return s.once(ctx, uid, model, method, args, kwargs) })
}

// again does a transaction until nobody gets in its way, or five times.
func (s *Server) again(ctx context.Context, do func() (any, error)) (any, error) {
	for try := 1; ; try++ {
		result, err := do()
		if err == nil || try == tries || !transient(err) {
			return result, err
		}
		wait := time.NewTimer(time.Duration(rand.Float64() * float64(int(1)<<try) * 50 * float64(time.Millisecond)))
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return nil, ctx.Err()
		}
	}
}

func (s *Server) once(ctx context.Context, uid int64, model, method string, args []any, kwargs map[string]any) (any, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	defer conn.Release()
	e := &env{ctx: ctx, server: s, tables: *s.tables.Load(), conn: conn.Conn().PgConn(), uid: uid, context: map[string]any{}}
	if given, ok := kwargs["context"].(map[string]any); ok {
		e.context = given
	}
	return e.run(func() any { return e.dispatch(model, method, args, kwargs) })
}
