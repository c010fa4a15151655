package cdc

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	sinkChunk = 256 << 10 // what a sink gets at once, about
	partBytes = 64 << 20  // tables larger than this are read in parts of it
)

// task is a table, or a range of its pages.
type task struct {
	index   int
	table   CopyTable
	only    bool   // leave out what inherits from it
	where   string // range of pages, or ""
	bytes   int64  // of the table's file
	whole   bool   // the task is all of the table
	rowsEst int64
}

// divide makes tasks of the plan, large tables first so that the last worker is
// not left alone with one. Reading a range of pages without reading the others
// needs PostgreSQL 14.
func divide(plan []CopyTable, sizes []tableSize, version int) []task {
	var tasks []task
	for i, t := range plan {
		size := sizes[i]
		parts := (size.bytes + partBytes - 1) / partBytes
		if version < 140000 || !size.whole || size.partitioned || parts <= 1 || size.blockSize == 0 {
			tasks = append(tasks, task{index: i, table: t, only: !size.partitioned, bytes: size.bytes, whole: true, rowsEst: size.rows})
			continue
		}
		pages := partBytes / size.blockSize
		for p := range parts {
			where := fmt.Sprintf("ctid >= '(%d,0)'::tid AND ctid < '(%d,0)'::tid", p*pages, (p+1)*pages)
			bytes := int64(partBytes)
			if p == parts-1 { // pages that were added since it was measured
				where = fmt.Sprintf("ctid >= '(%d,0)'::tid", p*pages)
				bytes = size.bytes - p*partBytes
			}
			tasks = append(tasks, task{index: i, table: t, only: true, where: where, bytes: bytes})
		}
	}
	sortTasks(tasks)
	return tasks
}

// selectSQL is the query for a table or a range of it.
func selectSQL(t CopyTable, pages string, only bool) string {
	var b strings.Builder
	b.WriteString("SELECT " + strings.Join(t.Exprs, ", ") + " FROM ")
	if only {
		b.WriteString("ONLY ")
	}
	b.WriteString(quoteTable(t.Name))
	var conditions []string
	for _, c := range []string{pages, t.Where} {
		if c != "" {
			conditions = append(conditions, "("+c+")")
		}
	}
	if len(conditions) > 0 {
		b.WriteString(" WHERE " + strings.Join(conditions, " AND "))
	}
	return b.String()
}

// copyTask reads one task into the sink.
func copyTask(ctx context.Context, conn *pgconn.PgConn, t task, sink CopySink, m *meter) error {
	w := &lineWriter{flush: func(data []byte) error {
		m.add(t, bytes.Count(data, newline), len(data))
		return sink.Rows(ctx, t.index, data)
	}}
	_, err := conn.CopyTo(ctx, w, "COPY ("+selectSQL(t.table, t.where, t.only)+") TO STDOUT")
	if err == nil {
		err = w.end()
	}
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return fmt.Errorf("copy table %s: %w", t.table.Name, err)
	}
	m.finish(t)
	return nil
}

var newline = []byte{'\n'}

// lineWriter collects COPY output and passes it on in large chunks of whole
// lines. A newline within a value is escaped in COPY's text format.
type lineWriter struct {
	buf   []byte
	flush func([]byte) error
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.buf = append(w.buf, p...)
	if len(w.buf) < sinkChunk {
		return len(p), nil
	}
	whole := bytes.LastIndexByte(w.buf, '\n') + 1
	if whole == 0 {
		return len(p), nil
	}
	if err := w.flush(w.buf[:whole]); err != nil {
		return 0, err
	}
	w.buf = append(w.buf[:0], w.buf[whole:]...)
	return len(p), nil
}

func (w *lineWriter) end() error {
	if len(w.buf) == 0 {
		return nil
	}
	return w.flush(w.buf)
}
