package schema

import "bytes"

// Diff compares two documents, canonical JSON objects, field by field. changed
// names the top-level fields that are written differently, in the order of the
// new document, then those that it has no more; a field that is absent differs from one
// that is null. before is a JSON object of their previous values, without
// those that were absent; nil when there is none. Either document may be nil.
func Diff(old, new []byte) (changed []string, before []byte) {
	o, n := begin(old), begin(new)
	aligned := o.next()
	common := 0
	for n.next() {
		var was []byte
		if aligned && bytes.Equal(o.name, n.name) {
			was = o.value
			aligned = o.next()
		} else {
			was = fieldNamed(old, n.name)
		}
		if was != nil {
			common++
		}
		if was == nil || !bytes.Equal(was, n.value) {
			changed = append(changed, string(n.name))
			before = appendBefore(before, n.name, was)
		}
	}
	if count(old) > common {
		changed, before = appendGone(changed, before, old, new)
	}
	if before != nil {
		before = append(before, '}')
	}
	return changed, before
}

func appendGone(changed []string, before, old, new []byte) ([]string, []byte) {
	for o := begin(old); o.next(); {
		if fieldNamed(new, o.name) == nil {
			changed = append(changed, string(o.name))
			before = appendBefore(before, o.name, o.value)
		}
	}
	return changed, before
}

func appendBefore(before, name, value []byte) []byte {
	if value == nil {
		return before
	}
	if before == nil {
		before = append(make([]byte, 0, 128), '{')
	} else {
		before = append(before, ',')
	}
	before = AppendString(before, name)
	before = append(before, ':')
	return append(before, value...)
}

func fieldNamed(body, name []byte) []byte {
	for s := begin(body); s.next(); {
		if bytes.Equal(s.name, name) {
			return s.value
		}
	}
	return nil
}

func count(body []byte) (n int) {
	for s := begin(body); s.next(); {
		n++
	}
	return n
}
