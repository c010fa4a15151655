package config

import "strings"

// JSONSchema describes odoobridge.yaml to editors, as JSON Schema 2020-12.
func JSONSchema() map[string]any {
	root := schemaUnder("")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "urn:odoobridge:config:v1"
	root["title"] = "odoobridge.yaml"
	root["patternProperties"] = map[string]any{"^x-": true}
	// Required keys may come from the environment: not even they are required here.
	return root
}

func schemaUnder(pattern string) map[string]any {
	if s, found := find(pattern); found {
		return settingSchema(s)
	}
	properties := map[string]any{}
	for _, name := range childNames(pattern) {
		if name == "*" {
			return map[string]any{"type": "object", "propertyNames": map[string]any{"pattern": namePattern.String()},
				"additionalProperties": schemaUnder(pattern + ".*")}
		}
		at := name
		if pattern != "" {
			at = pattern + "." + name
		}
		properties[name] = schemaUnder(at)
	}
	section := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if required := requiredUnder(pattern); len(required) > 0 && strings.Contains(pattern, "*") {
		section["required"] = required
	}
	return section
}

func requiredUnder(pattern string) []string {
	var names []string
	for _, name := range childNames(pattern) {
		if s, found := find(join(pattern, name)); found && s.required {
			names = append(names, name)
		}
	}
	return names
}

// settingSchema is the value's own schema, or one of the two ways in which any
// single value may come from outside.
func settingSchema(s setting) map[string]any {
	schema := map[string]any{"description": s.doc}
	if s.def != "" {
		schema["default"] = defaultValue(s)
	}
	if s.kind.set == nil {
		for key, value := range s.kind.schema {
			schema[key] = value
		}
		return schema
	}
	schema["anyOf"] = []any{
		s.kind.schema,
		map[string]any{"type": "string", "pattern": `\$\{`},
		map[string]any{"type": "object", "required": []string{"file"}, "additionalProperties": false,
			"properties": map[string]any{"file": map[string]any{"type": "string"}}},
	}
	return schema
}

func defaultValue(s setting) any {
	switch s.def {
	case "true":
		return true
	case "false":
		return false
	}
	if s.kind.schema["type"] == "integer" {
		n := 0
		_ = s.kind.set(&n, s.def)
		return n
	}
	return s.def
}
