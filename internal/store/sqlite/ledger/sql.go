package ledger

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// bind gives a statement its parameters, in order.
func bind(q *capi.Stmt, args []any) error {
	for i, arg := range args {
		switch v := arg.(type) {
		case int:
			q.Int(i+1, int64(v))
		case int64:
			q.Int(i+1, v)
		case bool:
			q.Int(i+1, number(v))
		case string:
			q.Text(i+1, v)
		case []byte:
			q.Blob(i+1, v)
		case time.Time:
			q.Int(i+1, micros(v))
		case []string:
			q.Text(i+1, listText(v))
		default:
			return fmt.Errorf("cannot bind a %T", arg)
		}
	}
	return nil
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// exec runs a statement that returns no rows.
func exec(c *capi.Conn, sql string, args ...any) error {
	q, err := c.Prep(sql)
	if err != nil {
		return err
	}
	if err := bind(q, args); err != nil {
		return err
	}
	return q.Run()
}

// query calls row for each row. row must not run the same statement again.
func query(c *capi.Conn, sql string, row func(*capi.Stmt) error, args ...any) error {
	q, err := c.Prep(sql)
	if err != nil {
		return err
	}
	defer q.Reset()
	return rows(q, row, args)
}

func rows(q *capi.Stmt, row func(*capi.Stmt) error, args []any) error {
	if err := bind(q, args); err != nil {
		return err
	}
	for {
		more, err := q.Step()
		if err != nil || !more {
			return err
		}
		if err := row(q); err != nil {
			return err
		}
	}
}

// exists says whether the statement returns a row.
func exists(c *capi.Conn, sql string, args ...any) (bool, error) {
	found := false
	err := query(c, sql, func(*capi.Stmt) error { found = true; return nil }, args...)
	return found, err
}

// numbers collects the first column.
func numbers(c *capi.Conn, sql string, args ...any) (list []int64, err error) {
	err = query(c, sql, func(q *capi.Stmt) error {
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
