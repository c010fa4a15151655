package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pglogrepl"
)

// rowEncoder writes rows as JSON, without maps or reflection.
type rowEncoder struct {
	relations map[uint32]*pglogrepl.RelationMessage
	time      []byte // of the commit, as JSON
}

func (e *rowEncoder) begin(commit time.Time) {
	e.time = append(e.time[:0], '"')
	e.time = commit.UTC().AppendFormat(e.time, timeLayout)
	e.time = append(e.time, '"')
}

// timeLayout is RFC 3339 with all six digits that PostgreSQL knows.
const timeLayout = "2006-01-02T15:04:05.000000Z07:00"

func (e *rowEncoder) encode(relation uint32, tuple *pglogrepl.TupleData) ([]byte, error) {
	described, ok := e.relations[relation]
	if !ok || tuple == nil || len(tuple.Columns) > len(described.Columns) {
		return nil, fmt.Errorf("decode: a row of relation %d that was not described", relation)
	}
	body := append(make([]byte, 0, 512), `{"time":`...)
	body = append(body, e.time...)
	body = append(body, `,"table":`...)
	body = strconv.AppendQuote(body, described.RelationName)
	body = append(body, `,"row":{`...)
	first := true
	for i, column := range tuple.Columns {
		if column.DataType != pglogrepl.TupleDataTypeText {
			continue
		}
		if !first {
			body = append(body, ',')
		}
		first = false
		body = strconv.AppendQuote(body, described.Columns[i].Name)
		body = append(body, ':')
		body = strconv.AppendQuote(body, string(column.Data))
	}
	return append(body, '}', '}'), nil
}
