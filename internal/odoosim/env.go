package odoosim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// superuser writes what Odoo derives on its own.
const superuser = 1

// env is one call: its transaction, its user, its context.
type env struct {
	ctx     context.Context
	server  *Server
	tables  registry
	conn    *pgconn.PgConn
	uid     int64
	context map[string]any
	rights  *rights   // nil: everything
	stamp   string    // time of the transaction, microseconds, UTC
	now     time.Time // the same, in whole seconds
	pending []func()  // recomputations, run before the commit
}

// run does one transaction: Odoo's repeatable read, committed when fn returns.
func (e *env) run(fn func() any) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			a, ok := r.(abort)
			if !ok {
				panic(r)
			}
			// The connection is good again, or the pool throws it away.
			_, rollbackErr := e.conn.Exec(e.ctx, "ROLLBACK").ReadAll()
			result, err = nil, errors.Join(a.err, rollbackErr)
		}
	}()
	e.exec("BEGIN ISOLATION LEVEL REPEATABLE READ")
	e.stamp = e.clock()
	if e.now, err = time.Parse("2006-01-02 15:04:05", strings.SplitN(e.stamp, ".", 2)[0]); err != nil {
		fail(fmt.Errorf("read the time of the transaction: %w", err))
	}
	result = fn()
	e.flush()
	e.exec("COMMIT")
	return result, nil
}

// clock is the time of the transaction.
func (e *env) clock() string {
	if e.server.now != nil {
		return e.server.now().UTC().Format("2006-01-02 15:04:05.000000")
	}
	return e.row("SELECT now() AT TIME ZONE 'UTC' AS now")["now"]
}

// later has fn run at the end of the transaction, as Odoo's recomputation is.
func (e *env) later(fn func()) { e.pending = append(e.pending, fn) }

func (e *env) flush() {
	for len(e.pending) > 0 {
		fn := e.pending[0]
		e.pending = e.pending[1:]
		fn()
	}
}

// flag is a boolean of the context.
func (e *env) flag(name string) bool { v, _ := e.context[name].(bool); return v }

// second is the time in whole seconds, as Odoo's fields.Datetime.now.
func (e *env) second() string { return e.now.Format("2006-01-02 15:04:05") }

func (e *env) today() string { return e.now.Format(time.DateOnly) }

// exec runs a statement and returns how many rows it touched.
func (e *env) exec(sql string, args ...any) int64 {
	result := e.conn.ExecParams(e.ctx, sql, params(args), nil, nil, nil).Read()
	if result.Err != nil {
		fail(fmt.Errorf("%s: %w", sql, result.Err))
	}
	return result.CommandTag.RowsAffected()
}

// rows runs a query.
func (e *env) rows(sql string, args ...any) []rec {
	return rowsOf(e.conn.ExecParams(e.ctx, sql, params(args), nil, nil, nil).Read(), sql)
}

func rowsOf(result *pgconn.Result, sql string) []rec {
	if result.Err != nil {
		fail(fmt.Errorf("%s: %w", sql, result.Err))
	}
	all := make([]rec, len(result.Rows))
	for i, row := range result.Rows {
		all[i] = rec{}
		for c, value := range row {
			if value != nil {
				all[i][result.FieldDescriptions[c].Name] = string(value)
			}
		}
	}
	return all
}

// row is the first row of a query, or nil.
func (e *env) row(sql string, args ...any) rec {
	if all := e.rows(sql, args...); len(all) > 0 {
		return all[0]
	}
	return nil
}

// get is a row by its id, or nil.
func (e *env) get(table string, id int64) rec {
	return e.row("SELECT * FROM "+quote(table)+" WHERE id = $1", id)
}

// params are text: PostgreSQL infers their types from where they stand.
func params(args []any) [][]byte {
	texts := make([][]byte, len(args))
	for i, arg := range args {
		texts[i] = textOf(arg, true)
	}
	return texts
}

// insert adds a row, stamped with the caller and the time, and returns its id.
// Columns that the database does not have are left out: a module less.
func (e *env) insert(table string, v vals) int64 {
	v = maps.Clone(v)
	for column, value := range map[string]any{
		"create_uid": e.uid, "write_uid": e.uid, "create_date": e.stamp, "write_date": e.stamp,
	} {
		if !v.has(column) {
			v[column] = value
		}
	}
	columns, args := e.columnsOf(table, v)
	sql := fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", quote(table), strings.Join(quoteAll(columns), ", "), placeholders(len(columns)))
	if _, ok := e.tables[table]["id"]; ok {
		sql += " RETURNING id"
	}
	all := rowsOf(e.conn.ExecParams(e.ctx, sql, args, nil, nil, nil).Read(), sql)
	if len(all) == 0 {
		return 0
	}
	return all[0].id()
}

// write changes rows, stamped with the caller and the time.
func (e *env) write(table string, id int64, v vals) {
	v = maps.Clone(v)
	for column, value := range map[string]any{"write_uid": e.uid, "write_date": e.stamp} {
		if !v.has(column) {
			v[column] = value
		}
	}
	columns, args := e.columnsOf(table, v)
	sets := make([]string, len(columns))
	for i, column := range columns {
		sets[i] = fmt.Sprintf("%s = $%d", quote(column), i+1)
	}
	sql := fmt.Sprintf("UPDATE %s SET %s WHERE id = $%d", quote(table), strings.Join(sets, ", "), len(args)+1)
	args = append(args, textOf(id, false))
	if result := e.conn.ExecParams(e.ctx, sql, args, nil, nil, nil).Read(); result.Err != nil {
		fail(fmt.Errorf("%s: %w", sql, result.Err))
	}
}

// recompute writes those values that differ, and nothing when none does.
func (e *env) recompute(table string, id int64, v vals) {
	old := e.get(table, id)
	changed := vals{}
	for column, value := range v {
		kind, known := e.tables[table][column]
		if !known {
			continue
		}
		text := textOf(value, kind == "boolean")
		before, there := old[column]
		if there != (text != nil) || there && !sameValue(before, string(text)) {
			changed[column] = value
		}
	}
	if len(changed) > 0 {
		e.write(table, id, changed)
	}
}

// sameValue compares as numbers where both are.
func sameValue(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := parseNumber(a)
	y, errY := parseNumber(b)
	return errX == nil && errY == nil && x == y
}

// columnsOf sorts the values' columns, so that the same call always gives the
// same statement.
func (e *env) columnsOf(table string, v vals) (columns []string, args [][]byte) {
	known := e.tables[table]
	for _, column := range slices.Sorted(maps.Keys(v)) {
		kind, ok := known[column]
		if !ok {
			continue
		}
		columns = append(columns, column)
		args = append(args, textOf(v[column], kind == "boolean"))
	}
	return columns, args
}

func quoteAll(columns []string) []string {
	quoted := make([]string, len(columns))
	for i, column := range columns {
		quoted[i] = quote(column)
	}
	return quoted
}

func placeholders(n int) string {
	marks := make([]string, n)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(marks, ", ")
}
