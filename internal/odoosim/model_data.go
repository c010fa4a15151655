package odoosim

import (
	"strconv"
	"strings"
)

func modelDataModel() *model {
	return &model{
		name: "ir.model.data", table: "ir_model_data", title: "Model Data",
		methods: map[string]method{"check_object_reference": checkObjectReference},
	}
}

// checkObjectReference answers [model, id] of an external id, and [model, false] where the user does not see the record.
func checkObjectReference(e *env, c *call) any {
	module, name := toString(c.arg(0, "module")), toString(c.arg(1, "xml_id"))
	row := e.externalID(module + "." + name)
	if row == nil {
		valueError("External ID not found in the system: %s.%s", module, name)
	}
	if m := models[row["model"]]; m != nil && m.table != "" {
		e.need("read", m)
		if len(e.search(m, e.seen(m, []any{[]any{"id", "=", row.int("res_id")}}), window{limit: 1})) == 0 {
			return []any{row["model"], false}
		}
	}
	return []any{row["model"], row.int("res_id")}
}

// getExternalID answers an external id of each record, "" where there is none. It asks as the superuser, and not whether the
// records are there.
func getExternalID(e *env, c *call) any {
	ids := c.ids()
	found, list := make(map[int64]string, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		found[id], list[i] = "", strconv.FormatInt(id, 10)
	}
	for _, row := range e.rows("SELECT module || '.' || name AS full_name, res_id FROM ir_model_data WHERE model = $1 AND res_id = ANY($2::int[]) ORDER BY id DESC", c.model.name, "{"+strings.Join(list, ",")+"}") {
		found[row.int("res_id")] = toString(row["full_name"])
	}
	return found
}

// externalID is the row of "module.name", or nil.
func (e *env) externalID(id string) rec {
	module, name, _ := strings.Cut(id, ".")
	return e.row("SELECT * FROM ir_model_data WHERE module = $1 AND name = $2", module, name)
}

// nameExternally records an external id. These rows carry no user.
func (e *env) nameExternally(id, model string, record int64) {
	module, name, _ := strings.Cut(id, ".")
	e.insert("ir_model_data", vals{
		"module": module, "name": name, "model": model, "res_id": record, "noupdate": false, "create_uid": nil, "write_uid": nil,
	})
}
