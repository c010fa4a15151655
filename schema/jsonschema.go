package schema

import (
	"bytes"
	"embed"
	"encoding/json"
)

//go:generate go run ./internal/generate

//go:embed json/*.json
var files embed.FS

// JSONSchema returns the JSON Schema (2020-12) of an entity's events' data,
// nil for an unknown entity. Its "#/$defs/document" is a whole document, its "#/$defs/fields" one
// that may be cut to a lane's fields.
func JSONSchema(entity string) []byte { return read(entity + ".v1.json") }

// EventSchema returns the JSON Schema of an entity's events, envelope and all.
func EventSchema(entity string) []byte { return read(entity + ".event.v1.json") }

func read(name string) []byte {
	text, err := files.ReadFile("json/" + name)
	if err != nil {
		return nil
	}
	return text
}

// Decimals are written without exponent and without a sign on zero.
const decimalPattern = `^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`

type node = map[string]any

const dialect = "https://json-schema.org/draft/2020-12/schema"

// DescribeData makes the JSON Schema of the entity's events' data. A strict one
// allows no field that is not described; published ones do, because fields are added.
func DescribeData(e *Entity, strict bool) []byte {
	names := node{"type": "array", "items": node{"type": "string"}}
	return indent(node{
		"$schema": dialect, "$id": DataSchema(e.Name), "title": e.Name, "description": e.Doc, "type": "object",
		"properties": node{
			"entity":  node{"$ref": "#/$defs/fields"},
			"changed": names,
			"before":  node{"$ref": "#/$defs/fields"},
		},
		"required": []string{"entity"},
		"$defs": node{
			"document": node{"$ref": "#/$defs/fields", "required": required(e.Properties)},
			"fields":   closed(node{"type": "object", "properties": properties(e.Properties, strict)}, strict),
		},
	})
}

// DescribeEvent makes the JSON Schema of the entity's events.
func DescribeEvent(e *Entity) []byte {
	types := []string{}
	for _, h := range e.Events {
		types = append(types, e.Name+"."+h.What)
	}
	str := node{"type": "string", "minLength": 1}
	return indent(node{
		"$schema": dialect, "$id": "urn:odoobridge:" + e.Name + ".event:v1", "title": e.Name + " event", "type": "object",
		"properties": node{
			"specversion": node{"const": "1.0"}, "id": str, "source": str, "type": node{"enum": append(types, e.Name+"."+Snapshot)},
			"subject": node{"type": "string", "pattern": "^" + e.Name + "/."}, "time": timestamp(),
			"datacontenttype": node{"const": "application/json"}, "dataschema": node{"const": DataSchema(e.Name)},
			"revision": node{"type": "integer", "minimum": 1}, "lsn": str, "xid": node{"type": "integer", "minimum": 1},
			"origin": str, "conflated": node{"type": "integer", "minimum": 2}, "resync": node{"const": true}, "data": node{"$ref": DataSchema(e.Name)},
		},
		"required": []string{"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "revision", "data"},
	})
}

func required(list []Property) []string {
	names := []string{}
	for _, p := range list {
		if !p.Optional {
			names = append(names, p.Name)
		}
	}
	return names
}

func closed(n node, strict bool) node {
	if strict {
		n["additionalProperties"] = false
	}
	return n
}

func properties(list []Property, strict bool) node {
	n := node{}
	for i := range list {
		n[list[i].Name] = describe(&list[i], strict)
	}
	return n
}

func describe(p *Property, strict bool) node {
	n := value(p, strict)
	if p.Nullable {
		n["type"] = []any{n["type"], "null"}
	}
	n["description"] = p.Doc
	return n
}

func timestamp() node { return node{"type": "string", "format": "date-time"} }

func value(p *Property, strict bool) node {
	switch p.Kind {
	case Integer, Boolean, String:
		return node{"type": string(p.Kind)}
	case Quantity, Money:
		return node{"type": "string", "pattern": decimalPattern}
	case Timestamp:
		return timestamp()
	case Date:
		return node{"type": "string", "format": "date"}
	case Strings:
		return node{"type": "array", "items": node{"type": "string"}}
	case Texts:
		return node{"type": "object", "additionalProperties": node{"type": "string"}}
	case Object:
		return object(p, strict)
	case Objects:
		return node{"type": "array", "items": object(p, strict)}
	}
	return node{"type": "object"}
}

func object(p *Property, strict bool) node {
	return closed(node{"type": "object", "properties": properties(p.Properties, strict), "required": required(p.Properties)}, strict)
}

// indent relies on encoding/json writing the names of a map in order.
func indent(n node) []byte {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(n); err != nil {
		panic(err) // only strings, maps and slices: cannot happen
	}
	return text.Bytes()
}
