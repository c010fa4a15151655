package schema

import "bytes"

// Diff compares two documents, canonical JSON objects, field by field. changed
// names the top-level fields that are written differently, in the order of the
// new document, then those that it has no more; a field that is absent differs from one
// that is null. before is a JSON object of their previous values, without
// those that were absent; nil when there is none. Either document may be nil.
func Diff(old, new []byte) (changed []string, before []byte) {
	o, n := Scan(old), Scan(new)
	more := o.Next()
	aligned := true // so far both have the same fields in the same order
	for n.Next() {
		var was []byte
		if more && bytes.Equal(o.Name, n.Name) {
			was = o.Value
			more = o.Next()
		} else {
			aligned = false
			was = fieldNamed(old, n.Name)
		}
		if was == nil || !bytes.Equal(was, n.Value) {
			if changed == nil {
				changed = make([]string, 0, 4)
			}
			changed = append(changed, string(n.Name))
			before = appendBefore(before, n.Name, was)
		}
	}
	if more || !aligned {
		changed, before = appendGone(changed, before, old, new)
	}
	if before != nil {
		before = append(before, '}')
	}
	return changed, before
}

func appendGone(changed []string, before, old, new []byte) ([]string, []byte) {
	for o := Scan(old); o.Next(); {
		if fieldNamed(new, o.Name) == nil {
			changed = append(changed, string(o.Name))
			before = appendBefore(before, o.Name, o.Value)
		}
	}
	return changed, before
}

func appendBefore(before, name, value []byte) []byte {
	if value == nil {
		return before
	}
	if before == nil {
		before = append(make([]byte, 0, 192), '{')
	} else {
		before = append(before, ',')
	}
	before = AppendString(before, name)
	before = append(before, ':')
	return append(before, value...)
}

func fieldNamed(body, name []byte) []byte {
	for s := Scan(body); s.Next(); {
		if bytes.Equal(s.Name, name) {
			return s.Value
		}
	}
	return nil
}
