package odoosim

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// transients are the records of wizards. Odoo has tables for them, which
// nobody mirrors; here they are kept in memory, committed or not.
type transients struct {
	mu      sync.Mutex
	records map[string]map[int64]vals
}

func (t *transients) add(model string, v vals) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.records == nil {
		t.records = map[string]map[int64]vals{}
	}
	if t.records[model] == nil {
		t.records[model] = map[int64]vals{}
	}
	id := int64(len(t.records[model]) + 1)
	t.records[model][id] = v
	return id
}

// get is a copy of the record, nil when there is none.
func (t *transients) get(model string, id int64) vals {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.records[model][id])
}

func (t *transients) write(model string, id int64, v vals) {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.Copy(t.records[model][id], v)
}

// wizard is a model whose records are transient. begin sees what a record is
// created with, and fills in what Odoo would.
func wizard(name, title string, fields []string, begin func(e *env, v vals), verbs map[string]method) *model {
	m := &model{name: name, title: title, methods: map[string]method{}}
	m.methods["create"] = func(e *env, c *call) any {
		v := toVals(c.arg(0, "vals_list"))
		if list, ok := c.arg(0, "vals_list").([]any); ok && len(list) == 1 {
			v = toVals(list[0])
		}
		checkWizardFields(m, fields, v)
		v = maps.Clone(v)
		begin(e, v)
		return e.server.wizards.add(name, v)
	}
	m.methods["write"] = func(e *env, c *call) any {
		v := toVals(c.arg(1, "vals"))
		checkWizardFields(m, fields, v)
		for _, id := range c.ids() {
			e.wizard(m, id)
			e.server.wizards.write(name, id, v)
		}
		return true
	}
	m.methods["read"] = func(e *env, c *call) any {
		wanted := fieldNames(c.arg(1, "fields"))
		rows := make([]map[string]any, 0, len(c.ids()))
		for _, id := range c.ids() {
			v := e.wizard(m, id)
			row := map[string]any{"id": id}
			for _, field := range wanted {
				if row[field] = v[field]; v[field] == nil {
					row[field] = false
				}
			}
			row["id"] = id
			rows = append(rows, row)
		}
		return rows
	}
	maps.Copy(m.methods, verbs)
	return m
}

func checkWizardFields(m *model, fields []string, v vals) {
	for _, field := range slices.Sorted(maps.Keys(v)) {
		if !slices.Contains(fields, field) {
			valueError("Invalid field '%s' on model '%s'", field, m.name)
		}
	}
}

// wizard is a record that must be there.
func (e *env) wizard(m *model, id int64) vals {
	v := e.server.wizards.get(m.name, id)
	if v == nil {
		missing(m.name, []int64{id}, e.uid)
	}
	return v
}

// many reads what [[6, 0, ids]], [[4, id]] and plain lists of ids name.
func many(value any) (ids []int64) {
	list, _ := value.([]any)
	for _, item := range list {
		command, ok := item.([]any)
		if !ok {
			ids = append(ids, toInt(item))
			continue
		}
		switch len(command) {
		case 3:
			if toInt(command[0]) == 6 {
				ids = append([]int64(nil), toIDs(command[2])...)
				continue
			}
			ids = append(ids, toInt(command[1]))
		case 2:
			ids = append(ids, toInt(command[1]))
		default:
			valueError("Wrong value: the command %v is not simulated", command)
		}
	}
	return ids
}

// active are the records that a wizard was opened on.
func (e *env) active(model string) []int64 {
	if e.context["active_model"] != model {
		return nil
	}
	if ids := toIDs(e.context["active_ids"]); len(ids) > 0 {
		return ids
	}
	if id := toInt(e.context["active_id"]); id != 0 {
		return []int64{id}
	}
	return nil
}

// opens is the action that opens a record.
func opens(name, model string, id int64, context map[string]any) map[string]any {
	return map[string]any{"name": name, "type": "ir.actions.act_window", "res_model": model, "view_mode": "form", "res_id": id, "context": context}
}

func (e *env) nextOf(prefix string, last int) string {
	return fmt.Sprintf("%s%05d", prefix, e.server.names.next(prefix, last))
}
