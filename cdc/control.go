package cdc

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

// control is an ordinary connection, opened when first needed, for the
// questions that are asked now and then.
type control struct {
	source *Source

	mu   sync.Mutex
	conn *pgconn.PgConn
}

// query asks one question in text form. Arguments are numbered $1, $2 …; a
// connection that was lost in the meantime is replaced once.
func (c *control) query(ctx context.Context, sql string, args ...string) ([][]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fresh, err := c.ensure(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.ask(ctx, sql, args)
	c.source.Ended(err)
	if err != nil && !fresh && c.conn.IsClosed() && ctx.Err() == nil {
		if _, err := c.ensure(ctx); err != nil {
			return nil, err
		}
		rows, err = c.ask(ctx, sql, args)
	}
	return rows, err
}

// ask has a time limit of its own: connecting, which may try several hosts,
// must not use it up.
func (c *control) ask(ctx context.Context, sql string, args []string) ([][]string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.source.timing.query)
	defer cancel()
	return execParams(ctx, c.conn, sql, args)
}

// version is the server's, as server_version_num has it.
func (c *control) version(ctx context.Context) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.ensure(ctx); err != nil {
		return 0, err
	}
	return serverVersion(c.conn), nil
}

// ensure opens the connection if there is none; it reports whether it did.
func (c *control) ensure(ctx context.Context) (fresh bool, err error) {
	if c.conn != nil && !c.conn.IsClosed() {
		return false, nil
	}
	if err := c.source.Away(); err != nil {
		return false, err
	}
	if c.conn, err = c.source.connect(ctx); err != nil {
		c.conn = nil
		return false, err
	}
	return true, nil
}

func (c *control) close(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		_ = c.conn.Close(ctx)
		c.conn = nil
	}
}

func execParams(ctx context.Context, conn *pgconn.PgConn, sql string, args []string) ([][]string, error) {
	values := make([][]byte, len(args))
	for i, a := range args {
		values[i] = []byte(a)
	}
	result := conn.ExecParams(ctx, sql, values, nil, nil, nil).Read()
	if result.Err != nil {
		return nil, result.Err
	}
	rows := make([][]string, len(result.Rows))
	for i, row := range result.Rows {
		rows[i] = make([]string, len(row))
		for j, v := range row {
			rows[i][j] = string(v)
		}
	}
	return rows, nil
}

// quoteIdent quotes a name for SQL.
func quoteIdent(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// quoteLiteral quotes a string for SQL, also for replication commands, which take no parameters.
func quoteLiteral(s string) string {
	return `'` + strings.ReplaceAll(s, `'`, `''`) + `'`
}

// quoteTable quotes "table" or "schema.table"; public is meant without a schema.
func quoteTable(name string) string {
	schema, table := splitTable(name)
	return quoteIdent(schema) + "." + quoteIdent(table)
}

func splitTable(name string) (schema, table string) {
	if schema, table, found := strings.Cut(name, "."); found {
		return schema, table
	}
	return "public", name
}

// unexpected reports an answer that has not the shape asked for.
func unexpected(what string, rows [][]string) error {
	return fmt.Errorf("%s: the server answered with %d rows", what, len(rows))
}
