package odoosim

import (
	"fmt"
	"slices"
)

func search(e *env, c *call) any {
	return e.search(c.model, e.seen(c.model, domainArg(c)), searchOptions(c, 1))
}

func searchCount(e *env, c *call) any {
	condition, args := domainOf(e, c.model, e.seen(c.model, domainArg(c)))
	row := e.row(fmt.Sprintf("SELECT count(*) AS n FROM %s WHERE %s", quote(c.model.table), condition), args...)
	return row.int("n")
}

func searchRead(e *env, c *call) any {
	ids := e.search(c.model, e.seen(c.model, domainArg(c)), searchOptions(c, 2))
	return e.read(c.model, ids, fieldNames(c.arg(1, "fields")))
}

func read(e *env, c *call) any {
	return e.read(c.model, e.existing(c.model, c.ids()), fieldNames(c.arg(1, "fields"))) // what is gone is left out
}

func exists(e *env, c *call) any { return e.existing(c.model, c.ids()) }

func (e *env) existing(m *model, ids []int64) []int64 {
	there := []int64{}
	for _, id := range ids {
		if e.get(m.table, id) != nil {
			there = append(there, id)
		}
	}
	return there
}

func domainArg(c *call) []any {
	domain, _ := c.arg(0, "domain").([]any)
	return domain
}

func fieldNames(value any) []string {
	list, _ := value.([]any)
	names := make([]string, len(list))
	for i := range list {
		names[i] = toString(list[i])
	}
	return names
}

// window is which part of what was found is wanted.
type window struct {
	offset, limit int64
	order         string
}

func searchOptions(c *call, from int) window {
	return window{toInt(c.arg(from, "offset")), toInt(c.arg(from+1, "limit")), toString(c.arg(from+2, "order"))}
}

// search finds ids in the wanted order, else in the model's.
func (e *env) search(m *model, domain []any, w window) []int64 {
	condition, args := domainOf(e, m, domain)
	order := m.order
	if w.order != "" {
		order = e.checkOrder(m, w.order)
	}
	if order == "" {
		order = "id"
	}
	sql := fmt.Sprintf("SELECT id FROM %s WHERE %s ORDER BY %s", quote(m.table), condition, order)
	if w.limit > 0 {
		sql += fmt.Sprintf(" LIMIT %d", w.limit)
	}
	if w.offset > 0 {
		sql += fmt.Sprintf(" OFFSET %d", w.offset)
	}
	ids := []int64{}
	for _, row := range e.rows(sql, args...) {
		ids = append(ids, row.id())
	}
	return ids
}

// read gives the fields of records as JSON has them, in the order of the ids.
func (e *env) read(m *model, ids []int64, fields []string) []map[string]any {
	if len(fields) == 0 {
		for column := range e.tables[m.table] {
			fields = append(fields, column)
		}
		slices.Sort(fields)
	}
	records := []map[string]any{}
	for _, id := range ids {
		row := e.get(m.table, id)
		if row == nil {
			missing(m.name, []int64{id}, e.uid)
		}
		record := map[string]any{"id": id}
		for _, field := range fields {
			record[field] = e.field(m, row, field)
		}
		records = append(records, record)
	}
	return records
}

// field is one field of a record as JSON has it.
func (e *env) field(m *model, row rec, field string) any {
	if compute := m.compute[field]; compute != nil && !e.renamed(m, field) {
		return compute(e, row)
	}
	if l, ok := m.lines[field]; ok {
		return e.search(modelOf(l.model), []any{[]any{l.inverse, "=", row.id()}}, window{order: "id"})
	}
	if field == "display_name" {
		return e.displayName(m, row.id())
	}
	kind, ok := e.tables[m.table][field]
	if !ok && m.parent != "" {
		parent := modelOf(m.refs[m.parent])
		return e.field(parent, e.get(parent.table, row.int(m.parent)), field)
	}
	if !ok {
		valueError("Invalid field '%s' on model '%s'", field, m.name)
	}
	return e.present(m, row, field, kind)
}
