package inbound

import (
	"strings"

	"github.com/odoobridge/odoobridge/schema"
)

// attributes says how those of the envelope are written.
var attributes = map[string]string{
	"specversion": `write "1.0"`,
	"id":          "write an id of your own, unique in the channel, at most 128 characters in one line",
	"source":      "write who sends, a URI: https://shop.example.com",
	"subject":     "write your own id of the thing as a text, at most 128 characters in one line",
	"time":        timeWritten,
	"data":        "write the command's data, an object; {} where nothing is to be said",
	"basedon":     "write the revision of the event that you had seen, a number above zero",

	"datacontenttype": `write "application/json", or leave it out`,
}

const timeWritten = "write RFC 3339 with a time zone, between 1970 and 2199: 2026-11-23T07:21:37Z"

// wantedAt says what would be right at a place.
func (f *finder) wantedAt(at []string, i *schema.Input) string {
	if len(at) == 1 {
		return attributes[at[0]]
	}
	if i == nil {
		return ""
	}
	const bounds = ", with at most 12 digits before the point and 9 after it"
	switch {
	case len(i.Values) > 0 && i.Kind != schema.Boolean:
		return "write " + schema.OneOfText(i.Values)
	case i.Write != "":
		return "write " + i.Write
	}
	switch i.Kind {
	case schema.Signed:
		return `write a decimal as a string: "12.50"` + bounds
	case schema.Unsigned:
		return `write a decimal that is not below zero as a string: "12.50"` + bounds
	case schema.Positive:
		return `write a decimal above zero as a string: "12.50"` + bounds
	case schema.Timestamp:
		return timeWritten
	case schema.Boolean:
		return "write " + schema.OneOfText(or(i.Values, "true", "false"))
	case schema.Objects:
		return "write a list of objects: " + i.Doc
	case schema.Object:
		return "write an object: " + i.Doc
	case schema.Strings:
		return "write a list of texts: " + i.Doc
	case schema.Integer:
		return "write a whole number above zero: " + i.Doc
	}
	return "write a text: " + i.Doc
}

func or(list []string, usual ...string) []string {
	if len(list) > 0 {
		return list
	}
	return usual
}

// instead says what to do about an empty text.
func (f *finder) instead(at []string, i *schema.Input) string {
	switch {
	case i == nil || i.Required:
		return f.wantedAt(at, i)
	case i.Nullable:
		return "leave the field out, or write null to empty it"
	}
	return "leave the field out"
}

func article(kind string) string {
	switch {
	case kind == "null":
		return kind
	case strings.ContainsAny(kind[:1], "aeio"):
		return "an " + kind
	}
	return "a " + kind
}
