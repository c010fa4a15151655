package schema

import (
	"slices"
	"strconv"
)

// ContentType is that of a published message.
const ContentType = "application/cloudevents+json; charset=utf-8"

// timeFormat is RFC 3339 with all of PostgreSQL's microseconds.
const timeFormat = "2006-01-02T15:04:05.000000Z"

// AppendJSON appends the event as structured CloudEvents 1.0. Of the entity,
// changed and before only the named top-level fields are written; nil fields
// stands for all. changed is left out where nothing could have changed: when the entity
// was created or deleted, or in a snapshot. before is left out when it would
// be empty; origin, xid, conflated and resync when there is nothing to say.
func (e *Event) AppendJSON(dst []byte, fields []string) []byte {
	dst = append(dst, `{"specversion":"1.0","id":`...)
	dst = AppendString(dst, e.ID)
	dst = append(dst, `,"source":`...)
	dst = AppendString(dst, e.Source)
	dst = append(dst, `,"type":"`...)
	dst = append(dst, e.Entity...)
	dst = append(dst, '.')
	dst = append(dst, e.What...)
	dst = append(dst, `","subject":"`...)
	dst = append(dst, e.Entity...)
	dst = append(dst, '/')
	dst = appendText(dst, e.Key)
	dst = append(dst, `","time":"`...)
	dst = e.Time.UTC().AppendFormat(dst, timeFormat)
	dst = append(dst, `","datacontenttype":"application/json","dataschema":"`...)
	dst = appendDataSchema(dst, e.Entity)
	dst = append(dst, `","revision":`...)
	dst = strconv.AppendInt(dst, e.Revision, 10)
	dst = e.appendPosition(dst)
	dst = append(dst, `,"data":{"entity":`...)
	dst = appendCut(dst, e.Body, fields)
	dst = e.appendChanged(dst, fields)
	dst = e.appendBefore(dst, fields)
	return append(dst, "}}"...)
}

func (e *Event) appendPosition(dst []byte) []byte {
	if e.LSN != "" {
		dst = append(dst, `,"lsn":`...)
		dst = AppendString(dst, e.LSN)
	}
	if e.XID != 0 {
		dst = append(dst, `,"xid":`...)
		dst = strconv.AppendUint(dst, uint64(e.XID), 10)
	}
	if e.Origin != "" {
		dst = append(dst, `,"origin":`...)
		dst = AppendString(dst, e.Origin)
	}
	if e.Conflated > 1 {
		dst = append(dst, `,"conflated":`...)
		dst = strconv.AppendInt(dst, int64(e.Conflated), 10)
	}
	if e.Resync {
		dst = append(dst, `,"resync":true`...)
	}
	return dst
}

func (e *Event) appendChanged(dst []byte, fields []string) []byte {
	if len(e.Changed) == 0 {
		return dst
	}
	dst = append(dst, `,"changed":[`...)
	empty := true
	for _, name := range e.Changed {
		if fields != nil && !slices.Contains(fields, name) {
			continue
		}
		if !empty {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, name)
		empty = false
	}
	return append(dst, ']')
}

func (e *Event) appendBefore(dst []byte, fields []string) []byte {
	const opening = `,"before":`
	start := len(dst)
	dst = append(dst, opening...)
	dst = appendCut(dst, e.Before, fields)
	if len(dst) == start+len(opening)+len(`{}`) {
		return dst[:start]
	}
	return dst
}

// appendCut appends a JSON object without the fields that are not listed.
func appendCut(dst, body []byte, fields []string) []byte {
	if fields == nil && len(body) > 0 {
		return append(dst, body...)
	}
	dst = append(dst, '{')
	empty := true
	for s := Scan(body); s.Next(); {
		if !listed(fields, s.Name) {
			continue
		}
		if !empty {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, s.Name)
		dst = append(dst, ':')
		dst = append(dst, s.Value...)
		empty = false
	}
	return append(dst, '}')
}

func listed(fields []string, name []byte) bool {
	for _, f := range fields {
		if f == string(name) {
			return true
		}
	}
	return false
}

// DataSchema names the JSON Schema of an entity's document.
func DataSchema(entity string) string { return string(appendDataSchema(nil, entity)) }

func appendDataSchema(dst []byte, entity string) []byte {
	dst = append(dst, "urn:odoobridge:"...)
	dst = append(dst, entity...)
	return append(dst, ":v1"...)
}

// Visible reports whether somebody who sees only the listed fields has
// anything new in the event. One that changes no field (created, deleted, snapshot) always is.
func Visible(e *Event, fields []string) bool {
	return fields == nil || len(e.Changed) == 0 ||
		slices.ContainsFunc(e.Changed, func(name string) bool { return slices.Contains(fields, name) })
}

// RoutingKey is what the event is published under on the exchange of all
// events: entity, what happened, and the company's id, 0 for none.
func (e *Event) RoutingKey() string {
	return e.Entity + "." + e.What + "." + strconv.FormatInt(e.Company, 10)
}
