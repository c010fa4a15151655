package schema

import (
	"embed"
	"strings"
)

//go:embed examples/*.json
var examples embed.FS

// CommandSchema returns the JSON Schema (2020-12) of a whole command, nil for an
// unknown one. Its "#/$defs/data" is the data alone.
func CommandSchema(name string) []byte { return read(name + ".command.v1.json") }

// CommandExample returns a whole command as a channel would publish it, nil for
// an unknown one.
func CommandExample(name string) []byte {
	text, err := examples.ReadFile("examples/" + name + ".json")
	if err != nil {
		return nil
	}
	return text
}

// Decimals of commands have at most 12 digits before the point and 9 after it.
const (
	signedPattern   = `^-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,9})?$`
	unsignedPattern = `^(0|[1-9][0-9]{0,11})(\.[0-9]{1,9})?$`
	positivePattern = `^([1-9][0-9]{0,11}(\.[0-9]{1,9})?|0\.[0-9]{0,8}[1-9][0-9]{0,8})$`
)

// AttributePattern is what CloudEvents allows as the name of an attribute, extensions too.
const AttributePattern = `^[a-z0-9]{1,20}$`

// DescribeCommand makes the JSON Schema of a command, envelope and all.
func DescribeCommand(c *Command) []byte {
	name := node{"type": "string", "minLength": 1, "maxLength": 128, "pattern": printable}
	text := node{"type": "string", "minLength": 1, "maxLength": MaxText}
	return indent(node{
		"$schema": dialect, "$id": DataSchemaOfCommand(c.Name), "title": c.Name, "description": c.Doc, "type": "object",
		"properties": node{
			"specversion":     node{"const": "1.0"},
			"id":              with(name, "description", "unique in the channel; sent again it means the same command"),
			"source":          with(text, "description", "who sends: a URI reference"),
			"type":            node{"const": c.Name},
			"subject":         with(name, "description", "the channel's own id of the "+c.Subject),
			"time":            with(timestamp(), "description", "when it happened at the channel; what is older than the channel's last word on the subject is refused"),
			"datacontenttype": node{"const": "application/json"},
			"dataschema":      text,
			"basedon":         node{"type": "integer", "minimum": 1, "description": "revision of the bridge's document that the channel had seen"},
			"data":            node{"$ref": "#/$defs/data"},
		},
		"required":      []string{"specversion", "id", "source", "type", "subject", "data"},
		"propertyNames": node{"pattern": AttributePattern},
		"$defs":         node{"data": anyOf(inputObject(c.Inputs, c.OneOf), c.AnyOf)},
	})
}

func with(n node, key string, value any) node {
	copied := node{key: value}
	for k, v := range n {
		copied[k] = v
	}
	return copied
}

func inputObject(list []Input, groups [][]string) node {
	fields, needed := node{}, []string{}
	for i := range list {
		fields[list[i].Name] = describeInput(&list[i])
		if list[i].Required {
			needed = append(needed, list[i].Name)
		}
	}
	n := node{"type": "object", "properties": fields, "additionalProperties": false}
	if len(needed) > 0 {
		n["required"] = needed
	}
	if len(groups) > 0 {
		n["allOf"] = choices(groups)
	}
	return n
}

// anyOf adds that one of the inputs must be there.
func anyOf(object node, names []string) node {
	if len(names) == 0 {
		return object
	}
	var any []any
	for _, name := range names {
		any = append(any, node{"required": []string{name}})
	}
	object["anyOf"] = any
	return object
}

// choices says of each group that exactly one of it must be there.
func choices(groups [][]string) []any {
	var all []any
	for _, group := range groups {
		var one []any
		for _, name := range group {
			one = append(one, node{"required": []string{name}})
		}
		all = append(all, node{"oneOf": one})
	}
	return all
}

func describeInput(i *Input) node {
	n := inputValue(i)
	if i.Nullable {
		n["type"] = []any{n["type"], "null"}
	}
	if i.Doc != "" {
		n["description"] = i.Doc
	}
	return n
}

func inputValue(i *Input) node {
	switch i.Kind {
	case Boolean:
		n := node{"type": "boolean"}
		if len(i.Values) == 1 {
			n["const"] = i.Values[0] == "true"
		}
		return n
	case Integer:
		return node{"type": "integer", "minimum": 1, "maximum": 1<<53 - 1}
	case Signed:
		return node{"type": "string", "pattern": signedPattern}
	case Unsigned:
		return node{"type": "string", "pattern": unsignedPattern}
	case Positive:
		return node{"type": "string", "pattern": positivePattern}
	case Timestamp:
		return with(timestamp(), "maxLength", 40)
	case Strings:
		return node{"type": "array", "items": node{"type": "string", "minLength": 1, "maxLength": MaxText, "pattern": printable}, "maxItems": or(i.Limit, MaxStrings)}
	case Object:
		return inputObject(i.Inputs, i.OneOf)
	case Objects:
		return node{"type": "array", "items": inputObject(i.Inputs, i.OneOf), "minItems": 1, "maxItems": or(i.Limit, MaxLines)}
	}
	return inputText(i)
}

func inputText(i *Input) node {
	n := node{"type": "string", "minLength": 1, "maxLength": or(i.Limit, MaxText)}
	if i.Pattern != "" {
		n["pattern"] = i.Pattern
	}
	if len(i.Values) > 0 {
		n["enum"] = i.Values
	}
	return n
}

func or(given, usual int) int {
	if given > 0 {
		return given
	}
	return usual
}

// Schemas and documentation call a choice by its names: "sku or barcode".
func OneOfText(group []string) string {
	if len(group) < 2 {
		return strings.Join(group, "")
	}
	return strings.Join(group[:len(group)-1], ", ") + " or " + group[len(group)-1]
}
