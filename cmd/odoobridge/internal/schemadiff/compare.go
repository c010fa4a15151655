package schemadiff

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Difference is one between an older schema and a newer one.
type Difference struct {
	Schema   string `json:"schema"` // its "$id"
	Path     string `json:"path"`   // "lines[].sku"; "" for the whole
	What     string `json:"what"`
	Breaking bool   `json:"breaking"`
}

// Compare lists what differs. Of an older set with a part of the schemas, that part alone is compared, unless whole says
// that it had all there were.
func Compare(older, newer Set, whole bool) (list []Difference) {
	for _, id := range slices.Sorted(maps.Keys(older)) {
		if newer[id] == nil {
			list = append(list, Difference{id, "", "there is no such schema any more", true})
			continue
		}
		list = append(list, compareOne(id, flatten(older[id]), flatten(newer[id]))...)
	}
	for _, id := range slices.Sorted(maps.Keys(newer)) {
		if whole && older[id] == nil {
			list = append(list, Difference{id, "", "new", false})
		}
	}
	return list
}

// writtenByChannels reports whether the schema is a command's.
func writtenByChannels(id string) bool { return strings.Contains(id, ".command:") }

func compareOne(id string, was, is map[string]field) (list []Difference) {
	ours := !writtenByChannels(id)
	add := func(path, what string, breaking bool) { list = append(list, Difference{id, path, what, breaking}) }
	for _, path := range slices.Sorted(maps.Keys(was)) {
		now, there := is[path]
		switch {
		case there:
			compareField(was[path], now, ours, func(what string, breaking bool) { add(path, what, breaking) })
		case !goneBefore(path, is, was):
			add(path, "is gone", true)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(is)) {
		if _, there := was[path]; there || goneBefore(path, was, is) {
			continue
		}
		if is[path].required && !ours {
			add(path, "is new, and needed", true)
		} else {
			add(path, "is new", false)
		}
	}
	return list
}

// goneBefore reports whether a place is not there because what it is in is not.
func goneBefore(path string, there, from map[string]field) bool {
	for i := range path {
		if path[i] != '.' && path[i] != '[' {
			continue
		}
		parent := path[:i]
		_, here := there[parent]
		if _, had := from[parent]; had && !here {
			return true
		}
	}
	return false
}

func compareField(was, is field, ours bool, add func(what string, breaking bool)) {
	if was.required != is.required {
		if is.required {
			add("is always there now", !ours)
		} else {
			add("may be absent now", ours)
		}
	}
	more, less := minus(is.types, was.types), minus(was.types, is.types)
	if len(more) > 0 {
		add("may be "+strings.Join(more, " or ")+" now", ours)
	}
	if len(less) > 0 {
		add("is never "+strings.Join(less, " or ")+" any more", !ours)
	}
	compareValues(was.values, is.values, ours, add)
	for _, rule := range slices.Sorted(maps.Keys(merged(was.rules, is.rules))) {
		if was.rules[rule] != is.rules[rule] {
			add(fmt.Sprintf("%s was %s and is %s", rule, orNone(was.rules[rule]), orNone(is.rules[rule])), breaks(rule, was.rules[rule], is.rules[rule], ours))
		}
	}
}

// breaks says whether another rule breaks those who read, or those who write. A bound that is wider, or gone, lets
// more through, which writers need not know and readers must; one that is tighter, or new, is the other
// way round. Of what nobody can tell the direction, all are told.
func breaks(rule, was, is string, ours bool) bool {
	if is == "" || was == "" {
		return (is == "") == ours
	}
	before, errBefore := strconv.ParseFloat(was, 64)
	now, errNow := strconv.ParseFloat(is, 64)
	if errBefore != nil || errNow != nil {
		return true
	}
	switch rule {
	case "maxLength", "maxItems", "maximum":
		return (now > before) == ours
	case "minLength", "minItems", "minimum":
		return (now < before) == ours
	}
	return true
}

// compareValues takes a new value of what the bridge writes, a type of event, for an addition: readers pass over what they do not know.
func compareValues(was, is []string, ours bool, add func(what string, breaking bool)) {
	switch {
	case was == nil && is != nil:
		add("is one of "+strings.Join(is, ", ")+" now", !ours)
		return
	case was != nil && is == nil:
		add("may have any value now", ours)
		return
	}
	if more := minus(is, was); len(more) > 0 {
		add("may be "+strings.Join(more, ", ")+" now", false)
	}
	if less := minus(was, is); len(less) > 0 {
		add("is never "+strings.Join(less, ", ")+" any more", true)
	}
}

func minus(list, without []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(without, s) })
}

func merged(a, b map[string]string) map[string]string {
	m := maps.Clone(a)
	maps.Copy(m, b)
	return m
}

func orNone(rule string) string {
	if rule == "" {
		return "not set"
	}
	return rule
}
