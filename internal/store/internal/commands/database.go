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
	// Transact runs do in a transaction, which is rolled back when do fails. Everybody sees it when Transact returns, and a process that
	// is killed has not lost it. Grows: it is refused with store.ErrFull where room is to be kept for what is under way.
	Transact(grows bool, do func(Conn) error) error
	// Sync returns when all that Transact has returned for before is on disk. It may run beside Transact.
	Sync() error
	// Ahead says whether a settlement is to be durable by itself before all that follows from it is written: where a sync takes the
	// longer the more was written.
	Ahead() bool
	// Boot names the time within which nothing of a transaction is lost that was not synced: a start of the
	// machine. Empty where it cannot be told from others.
	Boot() string
	// Size is what the tables occupy, in bytes.
	Size(ctx context.Context) (int64, error)
	Close() error
}

// Conn runs statements that SQLite and PostgreSQL both understand, in the order in which they were sent. Parameters
// are ?1, ?2 and so on, and are int64, string or []byte, which is NULL when it is nil.
type Conn interface {
	// Send has a statement run. row, unless it is nil, is called for each of its rows, at the latest by Flush; it must not
	// send another statement. An error may come from a later call.
	Send(sql string, row func(Row) error, args ...any) error
	// Flush returns when all that was sent has run. Over a network it is what costs time.
	Flush() error
}

// Row is a row that was found, with columns numbered from 0. NULL is 0, "" and nil.
type Row interface {
	ColumnInt(i int) int64
	ColumnText(i int) string
	ColumnBytes(i int) []byte
}

// query calls row for each row before it returns.
func query(c Conn, sql string, row func(Row) error, args ...any) error {
	if err := send(c, sql, row, args...); err != nil {
		return err
	}
	return c.Flush()
}

// send calls row for each row, at the latest when c is flushed.
func send(c Conn, sql string, row func(Row) error, args ...any) error {
	plain := make([]any, len(args))
	for i, arg := range args {
		var err error
		if plain[i], err = plainly(arg); err != nil {
			return err
		}
	}
	return c.Send(sql, row, plain...)
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

// exec has a statement run whose rows nobody needs.
func exec(c Conn, sql string, args ...any) error { return send(c, sql, nil, args...) }

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
