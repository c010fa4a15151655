package odoosim

import (
	"fmt"
	"slices"
	"strings"
)

// call is one call of a method.
type call struct {
	model  *model
	method string
	args   []any
	kwargs map[string]any
}

// arg is an argument by its position or its name.
func (c *call) arg(position int, name string) any {
	if position < len(c.args) {
		return c.args[position]
	}
	return c.kwargs[name]
}

// ids are the records a method is called on: the first argument.
func (c *call) ids() []int64 { return toIDs(c.arg(0, "ids")) }

func toIDs(value any) []int64 {
	switch v := value.(type) {
	case []any:
		ids := make([]int64, len(v))
		for i := range v {
			ids[i] = toInt(v[i])
		}
		return ids
	case []int64:
		return v
	case nil:
		return nil
	}
	return []int64{toInt(value)}
}

// generic are the methods every model has.
var generic = map[string]method{
	"search": search, "search_count": searchCount, "read": read, "search_read": searchRead,
	"create": create, "write": write, "unlink": unlink, "load": load, "exists": exists,
	"message_post": messagePost, "fields_get": fieldsGet, "check_access_rights": checkAccessRights, "has_access": hasAccess, "check_access": checkAccess,
	"get_external_id": getExternalID,
}

// privateSince19 are methods that are public in name only, from Odoo 19 on.
var privateSince19 = []string{"exists", "check_access"}

// dispatch does one call, if this user may.
func (e *env) dispatch(modelName, methodName string, args []any, kwargs map[string]any) any {
	m := modelOf(modelName)
	if strings.HasPrefix(methodName, "_") || e.tables.major() >= 19 && slices.Contains(privateSince19, methodName) {
		e.privateMethod(modelName, methodName)
	}
	do := m.methods[methodName]
	if do == nil {
		do = generic[methodName]
	}
	if do == nil {
		e.noMethod(modelName, methodName)
	}
	if e.rights = e.rightsOf(); !e.there(methodName) {
		e.noMethod(modelName, methodName)
	}
	c := &call{model: m, method: methodName, args: args, kwargs: kwargs}
	e.allow(c)
	result := do(e, c)
	e.made(c, result)
	return result
}

// mustExist fails unless all records are there.
func (e *env) mustExist(m *model, ids []int64) {
	for _, id := range ids {
		if e.row(fmt.Sprintf("SELECT id FROM %s WHERE id = $1", quote(m.table)), id) == nil {
			missing(m.name, []int64{id}, e.uid)
		}
	}
}
