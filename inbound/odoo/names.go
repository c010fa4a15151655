package odoo

// argNames are the names of positional arguments by method: JSON-2 takes nothing
// else. They are those of Odoo 19; models that differ come first.
var argNames = map[string][]string{
	"ir.model.data.check_object_reference": {"module", "xml_id", "raise_on_access_error"},
	"res.users.has_group":                  {"group_ext_id"},

	"search":       {"domain", "offset", "limit", "order"},
	"search_count": {"domain", "limit"},
	"search_read":  {"domain", "fields", "offset", "limit", "order"},
	"read":         {"fields", "load"},
	"create":       {"vals_list"},
	"write":        {"vals"},
	"load":         {"fields", "data"},
	"unlink":       {},
	"has_access":   {"operation"},
	"fields_get":   {"allfields", "attributes"},
	"context_get":  {},

	"get_external_id": {},
}

// named gives a call's positional arguments their names; ok is false when
// there are more than are known.
func (c *Call) named() (args map[string]any, ok bool) {
	names, found := argNames[c.name()]
	if !found {
		names = argNames[c.Method]
	}
	if len(c.Args) > len(names) {
		return nil, false
	}
	args = make(map[string]any, len(c.Args)+len(c.Named)+2)
	for key, value := range c.Named {
		args[key] = value
	}
	for i, value := range c.Args {
		args[names[i]] = value
	}
	return args, true
}
