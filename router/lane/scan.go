package lane

// Documents are JSON objects that this program wrote, so a lane finds one
// top-level field of them without parsing the rest. Anything that is not well
// formed reads as a field that is absent; nothing here panics on it.

// field returns the raw value of a top-level field of a JSON object. Names
// are compared as written: those of documents need no escapes.
func field(doc []byte, name string) (value []byte, found bool) {
	eachField(doc, func(n, v []byte) bool {
		if string(n) == name {
			value, found = v, true
			return false
		}
		return true
	})
	return value, found
}

// eachField yields the raw names and values of a JSON object's top level.
func eachField(doc []byte, yield func(name, value []byte) bool) {
	i := skipSpace(doc, 0)
	if i >= len(doc) || doc[i] != '{' {
		return
	}
	for i = skipSpace(doc, i+1); i < len(doc) && doc[i] == '"'; i = skipSpace(doc, i+1) {
		end := skipString(doc, i)
		if end < 0 {
			return
		}
		name := doc[i+1 : end-1]
		if i = skipSpace(doc, end); i >= len(doc) || doc[i] != ':' {
			return
		}
		i = skipSpace(doc, i+1)
		if end = skipValue(doc, i); end < 0 || !yield(name, doc[i:end]) {
			return
		}
		if i = skipSpace(doc, end); i >= len(doc) || doc[i] != ',' {
			return
		}
	}
}

// eachElement yields the raw elements of a JSON array.
func eachElement(list []byte, yield func(value []byte) bool) {
	i := skipSpace(list, 0)
	if i >= len(list) || list[i] != '[' {
		return
	}
	for i = skipSpace(list, i+1); i < len(list) && list[i] != ']'; i = skipSpace(list, i+1) {
		end := skipValue(list, i)
		if end < 0 || !yield(list[i:end]) {
			return
		}
		if i = skipSpace(list, end); i >= len(list) || list[i] != ',' {
			return
		}
	}
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the index after the string that starts at i, or -1.
func skipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// skipValue returns the index after the value that starts at i, or -1.
func skipValue(b []byte, i int) int {
	depth, start := 0, i
	for i < len(b) {
		switch b[i] {
		case '"':
			if i = skipString(b, i); i < 0 {
				return -1
			}
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']', ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return orNone(start, i)
			}
			if b[i] == '}' || b[i] == ']' {
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
		i++
	}
	if depth > 0 {
		return -1
	}
	return orNone(start, i)
}

func orNone(start, end int) int {
	if start == end {
		return -1
	}
	return end
}
