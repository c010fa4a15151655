package odoosim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// create takes one dict or a list of them, and answers in kind.
func create(e *env, c *call) any {
	given := c.arg(0, "vals_list")
	if list, ok := given.([]any); ok {
		ids := make([]int64, len(list))
		for i := range list {
			ids[i] = e.create(c.model, toVals(list[i]))
		}
		return ids
	}
	return e.create(c.model, toVals(given))
}

func write(e *env, c *call) any {
	v := toVals(c.arg(1, "vals"))
	e.change(c.model, c.ids(), v)
	return true
}

func unlink(e *env, c *call) any {
	if c.model.unlink == nil {
		userError("The operation cannot be completed: %s records are not deleted here.", c.model.title)
	}
	e.mustExist(c.model, c.ids())
	c.model.unlink(e, c.ids())
	return true
}

// create adds a record the model's way.
func (e *env) create(m *model, v vals) int64 {
	e.checkFields(m, v)
	if m.create != nil {
		return m.create(e, v)
	}
	return e.insert(m.table, v)
}

// change writes records the model's way.
func (e *env) change(m *model, ids []int64, v vals) {
	e.checkFields(m, v)
	e.mustExist(m, ids)
	if m.write != nil {
		m.write(e, ids, v)
		return
	}
	for _, id := range ids {
		e.write(m.table, id, v)
	}
}

// checkFields refuses names that are not fields.
func (e *env) checkFields(m *model, v vals) {
	for _, field := range slices.Sorted(maps.Keys(v)) {
		if !e.hasField(m, field) {
			valueError("Invalid field '%s' on model '%s'", field, m.name)
		}
	}
}

func (e *env) hasField(m *model, field string) bool {
	if e.renamed(m, field) {
		return false
	}
	if _, ok := e.tables[m.table][field]; ok {
		return true
	}
	if _, ok := m.lines[field]; ok {
		return true
	}
	if _, ok := m.compute[field]; ok {
		return true
	}
	return m.parent != "" && e.hasField(modelOf(m.refs[m.parent]), field)
}

func toVals(value any) vals {
	v, _ := value.(map[string]any)
	if v == nil {
		return vals{}
	}
	return v
}

// commands reads the [0, 0, {…}] and [1, id, {…}] of a one2many.
func (e *env) commands(value any, add func(vals), change func(int64, vals)) {
	list, _ := value.([]any)
	for _, item := range list {
		command, _ := item.([]any)
		if len(command) == 0 {
			continue
		}
		switch kind := toInt(command[0]); {
		case kind == 0 && len(command) == 3:
			add(toVals(command[2]))
		case kind == 1 && len(command) == 3 && change != nil:
			change(toInt(command[1]), toVals(command[2]))
		case kind == 4 || kind == 5:
			// Linking what is linked, unlinking all of nothing.
		default:
			valueError("Wrong value: the command %v is not simulated", command)
		}
	}
}

// translation puts a text into a translated column, in the caller's language.
func (e *env) translation(old string, text any) string {
	byLanguage := map[string]string{}
	if old != "" {
		if err := json.Unmarshal([]byte(old), &byLanguage); err != nil {
			fail(fmt.Errorf("read a translated column: %w", err))
		}
	}
	lang := toString(e.context["lang"])
	if lang == "" || len(byLanguage) == 0 {
		byLanguage["en_US"] = toString(text)
	}
	if lang != "" {
		byLanguage[lang] = toString(text)
	}
	out, err := json.Marshal(byLanguage)
	if err != nil {
		fail(fmt.Errorf("write a translated column: %w", err))
	}
	return string(out)
}
