package odoosim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// load creates or updates by external id. All rows or none are taken; what is
// wrong is said in messages, with HTTP and RPC saying that all is well.
func load(e *env, c *call) any {
	fields := fieldNames(c.arg(0, "fields"))
	data, _ := c.arg(1, "data").([]any)
	l := &loader{e: e, model: c.model}
	e.exec("SAVEPOINT model_load")
	ids, err := l.run(fields, data)
	if err != nil || len(l.messages) > 0 {
		e.exec("ROLLBACK TO SAVEPOINT model_load")
		e.pending = nil
		if err != nil {
			l.messages = append(l.messages, map[string]any{
				"type": "error", "message": asOdoo(err).message, "rows": map[string]any{"from": 0, "to": len(data) - 1}, "record": 0,
			})
		}
		return map[string]any{"ids": false, "messages": l.messages, "nextrow": 0}
	}
	return map[string]any{"ids": ids, "messages": []any{}, "nextrow": 0}
}

// loader reads one load's rows.
type loader struct {
	e        *env
	model    *model
	messages []any
}

// loaded is one record to create or update.
type loaded struct {
	id     string // external
	values vals
	lines  map[string][]loaded
	row    int
}

func (l *loader) run(fields []string, data []any) (ids []int64, err error) {
	defer func() {
		if r := recover(); r != nil {
			a, ok := r.(abort)
			if !ok {
				panic(r)
			}
			err = a.err // a collision too: load() swallows it and nobody tries again
		}
	}()
	for _, record := range l.records(fields, data) {
		if len(l.messages) > 0 {
			break
		}
		ids = append(ids, l.save(l.model, record))
	}
	if len(l.messages) == 0 {
		l.e.flush()
	}
	return ids, nil
}

// records groups rows: one whose own columns are all empty adds lines to the
// record before it.
func (l *loader) records(fields []string, data []any) []loaded {
	var all []loaded
	for i, item := range data {
		cells, _ := item.([]any)
		own, lines := l.split(fields, cells, i)
		if own.id == "" && len(own.values) == 0 && len(all) > 0 {
			last := &all[len(all)-1]
			for field, more := range lines {
				last.lines[field] = append(last.lines[field], more...)
			}
			continue
		}
		own.lines = lines
		all = append(all, own)
	}
	return all
}

// split reads one row: its own fields, and one line per one2many field.
func (l *loader) split(fields []string, cells []any, row int) (loaded, map[string][]loaded) {
	own := loaded{values: vals{}, row: row}
	lines := map[string][]loaded{}
	byField := map[string][][2]string{}
	for i, field := range fields {
		if i >= len(cells) {
			continue
		}
		name, rest, nested := strings.Cut(field, "/")
		if _, isLines := l.model.lines[name]; nested && isLines {
			byField[name] = append(byField[name], [2]string{rest, toString(cells[i])})
			continue
		}
		if text := toString(cells[i]); text != "" {
			l.set(l.model, &own, field, text)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byField)) {
		if !slices.ContainsFunc(byField[name], func(cell [2]string) bool { return cell[1] != "" }) {
			continue
		}
		line := loaded{values: vals{}, row: row}
		for _, cell := range byField[name] {
			l.setLine(modelOf(l.model.lines[name].model), &line, cell[0], cell[1])
		}
		lines[name] = []loaded{line}
	}
	return own, lines
}

// setLine reads one cell of a line. An empty one empties the field: a line's
// taxes then are none, not those that Odoo would choose.
func (l *loader) setLine(m *model, r *loaded, field, text string) {
	if name, _, _ := strings.Cut(field, "/"); text == "" && name == l.e.lineTaxField() {
		r.values[name] = nil
		return
	}
	if text != "" {
		l.set(m, r, field, text)
	}
}

// set reads one cell. "id" is the external id, "field/.id" a database id,
// "field/id" an external one, and "field" of a reference a name.
func (l *loader) set(m *model, r *loaded, field, text string) {
	name, kind, _ := strings.Cut(field, "/")
	switch {
	case field == "id":
		r.id = text
	case !l.e.hasField(m, name):
		valueError("Invalid field '%s' on model '%s'", name, m.name)
	case kind == ".id":
		r.values[name] = toInt(text)
	case kind == "id":
		row := l.e.externalID(text)
		if row == nil {
			l.noMatch(m, r.row, name, text, "external id")
			return
		}
		r.values[name] = row.int("res_id")
	case m.refOf(name) != "":
		l.setByName(m, r, name, text)
	case l.e.tables[m.table][name] == "boolean":
		r.values[name] = text == "1" || strings.EqualFold(text, "true")
	case strings.HasPrefix(l.e.tables[m.table][name], "timestamp"):
		r.values[name] = l.e.fromLocal(text)
	default:
		r.values[name] = text
	}
}

// fromLocal is a time in UTC that load() was told: in the context's time zone, else the user's own.
func (e *env) fromLocal(text string) string {
	zone, _ := e.context["tz"].(string)
	if zone == "" {
		zone = e.get("res_partner", e.get("res_users", e.uid).int("partner_id"))["tz"]
	}
	if zone == "" {
		return text
	}
	return e.row("SELECT to_char($1::timestamp AT TIME ZONE $2 AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS utc", text, zone)["utc"]
}

func (l *loader) setByName(m *model, r *loaded, field, text string) {
	to := modelOf(m.refOf(field))
	column := "name"
	if l.e.tables[to.table]["complete_name"] != "" {
		column = "complete_name"
	}
	condition := "="
	ids := l.e.search(to, []any{[]any{column, condition, text}}, window{limit: 1})
	if len(ids) == 0 {
		l.noMatch(m, r.row, field, text, "name")
		return
	}
	r.values[field] = ids[0]
}

// noMatch is Odoo's message for a reference to nothing.
func (l *loader) noMatch(m *model, row int, field, text, by string) {
	label := m.label(field)
	l.messages = append(l.messages, map[string]any{
		"rows": map[string]any{"from": row, "to": row}, "type": "error", "record": row, "field": field, "field_name": label,
		"message": fmt.Sprintf("No matching record found for %s '%s' in field '%s'", by, text, label),
		"moreinfo": map[string]any{
			"name": "Possible Values", "type": "ir.actions.act_window", "target": "new", "view_mode": l.e.listView() + ",form",
			"views": []any{[]any{false, "list"}, []any{false, "form"}}, "context": map[string]any{"create": false},
			"help": "See all possible values", "res_model": m.refOf(field),
		},
	})
}

// save creates or updates a record and its lines, and names it.
func (l *loader) save(m *model, r loaded) int64 {
	if row := l.e.externalID(r.id); r.id != "" && row != nil {
		id := row.int("res_id")
		if l.e.rights != nil {
			l.e.need("write", m)
			l.e.obey("write", m, []int64{id})
		}
		if len(r.values) > 0 {
			l.e.change(m, []int64{id}, r.values)
		}
		l.saveLines(m, id, r)
		return id
	}
	l.e.need("create", m)
	id := l.e.create(m, r.values)
	l.saveLines(m, id, r)
	l.e.obey("create", m, []int64{id})
	if r.id != "" {
		l.e.nameExternally(r.id, m.name, id)
	}
	return id
}

func (l *loader) saveLines(m *model, id int64, r loaded) {
	for _, field := range slices.Sorted(maps.Keys(r.lines)) {
		to := m.lines[field]
		for _, line := range r.lines[field] {
			if known := l.e.externalID(line.id); line.id == "" || known == nil {
				line.values[to.inverse] = id
			}
			l.save(modelOf(to.model), line)
		}
	}
}
