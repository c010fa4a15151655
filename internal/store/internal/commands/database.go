package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Readings give what is committed.
type Readings interface {
	// Read runs do with what is committed.
	Read(ctx context.Context, do func(Conn) error) error
}

// Database is where the tables are.
type Database interface {
	Readings
	// Transact runs do in a transaction, which is rolled back when do fails. Synced: it is on disk when Transact
	// returns. Grows: it is refused with store.ErrFull where room is to be kept for what is under way.
	Transact(synced, grows bool, do func(Conn) error) error
	// Boot names the time within which nothing of a transaction is lost that was not synced: a start of the
	// machine. Empty where it cannot be told from others.
	Boot() string
	// Size is what the tables occupy, in bytes.
	Size(ctx context.Context) (int64, error)
	Close() error
}

// Conn runs statements that SQLite and PostgreSQL both understand. Parameters are ?1, ?2 and so on, and are
// int64, string or []byte, which is NULL when it is nil.
type Conn interface {
	// Query calls row for each row. row must not run another statement.
	Query(sql string, row func(Row) error, args ...any) error
}

// Row is a row that was found, with columns numbered from 0. NULL is 0, "" and nil.
type Row interface {
	ColumnInt(i int) int64
	ColumnText(i int) string
	ColumnBytes(i int) []byte
}

// query calls row for each row.
func query(c Conn, sql string, row func(Row) error, args ...any) error {
	plain := make([]any, len(args))
	for i, arg := range args {
		var err error
		if plain[i], err = plainly(arg); err != nil {
			return err
		}
	}
	return c.Query(sql, row, plain...)
}

// plainly is an argument as the tables have it.
func plainly(arg any) (any, error) {
	switch v := arg.(type) {
	case int64, string, []byte:
		return v, nil
	case int:
		return int64(v), nil
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case time.Time:
		return micros(v), nil
	case []string:
		return listText(v), nil
	}
	return nil, fmt.Errorf("cannot bind a %T", arg)
}

// exec runs a statement that returns no rows.
func exec(c Conn, sql string, args ...any) error {
	return query(c, sql, func(Row) error { return nil }, args...)
}

// exists says whether the statement returns a row.
func exists(c Conn, sql string, args ...any) (bool, error) {
	found := false
	err := query(c, sql, func(Row) error { found = true; return nil }, args...)
	return found, err
}

// numbers collects the first column.
func numbers(c Conn, sql string, args ...any) (list []int64, err error) {
	err = query(c, sql, func(q Row) error {
		list = append(list, q.ColumnInt(0))
		return nil
	}, args...)
	return list, err
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func listText(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // a list of texts has a JSON form
	}
	return string(text)
}

func list(text string) (l []string, err error) {
	if text == "[]" || text == "" {
		return nil, nil
	}
	err = json.Unmarshal([]byte(text), &l)
	return l, err
}
