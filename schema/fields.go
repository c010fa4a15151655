package schema

import (
	"bytes"
	"encoding/json"
)

// Fields calls yield for the top-level fields of a JSON object, in order, with
// their values as they are written, until it returns false. It stops where the text is
// no longer an object's. raw is part of body.
func Fields(body []byte, yield func(name string, raw []byte) bool) {
	for s := begin(body); s.next(); {
		if !yield(string(s.name), s.value) {
			return
		}
	}
}

// Field returns the value of a top-level field as it is written, nil when
// there is none.
func Field(body []byte, name string) []byte {
	for s := begin(body); s.next(); {
		if string(s.name) == name {
			return s.value
		}
	}
	return nil
}

// Elements calls yield for the elements of a JSON array, in order, until it
// returns false.
func Elements(list []byte, yield func(raw []byte) bool) {
	at := skipSpace(list, 0)
	if at >= len(list) || list[at] != '[' {
		return
	}
	for at++; ; at++ {
		at = skipSpace(list, at)
		end := skipValue(list, at)
		if end < 0 || !yield(list[at:end]) {
			return
		}
		if at = skipSpace(list, end); at >= len(list) || list[at] != ',' {
			return
		}
	}
}

// scanner walks an object's top-level fields without allocating.
type scanner struct {
	text  []byte
	at    int // of the next field's name, or of what ends the object
	name  []byte
	value []byte
}

func begin(body []byte) scanner {
	at := skipSpace(body, 0)
	if at >= len(body) || body[at] != '{' {
		return scanner{}
	}
	return scanner{text: body, at: skipSpace(body, at+1)}
}

func (s *scanner) next() bool {
	if s.at >= len(s.text) || s.text[s.at] != '"' {
		return false
	}
	end := skipString(s.text, s.at)
	if end < 0 {
		return false
	}
	name := s.text[s.at+1 : end-1]
	at := skipSpace(s.text, end)
	if at >= len(s.text) || s.text[at] != ':' {
		return false
	}
	at = skipSpace(s.text, at+1)
	stop := skipValue(s.text, at)
	if stop < 0 {
		return false
	}
	s.name, s.value = unquoteName(name), s.text[at:stop]
	if s.at = skipSpace(s.text, stop); s.at < len(s.text) && s.text[s.at] == ',' {
		s.at = skipSpace(s.text, s.at+1)
	} else {
		s.at = len(s.text)
	}
	return true
}

// unquoteName resolves escapes, which our own encoder never puts in a name.
func unquoteName(name []byte) []byte {
	if bytes.IndexByte(name, '\\') < 0 {
		return name
	}
	quoted := append(append([]byte{'"'}, name...), '"')
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return name
	}
	return []byte(text)
}

func skipSpace(b []byte, at int) int {
	for at < len(b) && (b[at] == ' ' || b[at] == '\n' || b[at] == '\t' || b[at] == '\r') {
		at++
	}
	return at
}

// skipString returns where the string that begins at the quote ends, -1 when it does not.
func skipString(b []byte, at int) int {
	for at++; at < len(b); at++ {
		switch b[at] {
		case '"':
			return at + 1
		case '\\':
			at++
		}
	}
	return -1
}

// skipValue returns where the value ends, -1 when there is none.
func skipValue(b []byte, at int) int {
	if at >= len(b) {
		return -1
	}
	switch b[at] {
	case '"':
		return skipString(b, at)
	case '{', '[':
		return skipNested(b, at)
	}
	end := at
	for end < len(b) && !endsScalar(b[end]) {
		end++
	}
	if end == at {
		return -1
	}
	return end
}

func endsScalar(c byte) bool {
	switch c {
	case ',', '}', ']', ' ', '\n', '\t', '\r', ':', '"', '{', '[':
		return true
	}
	return false
}

func skipNested(b []byte, at int) int {
	for depth := 0; at < len(b); at++ {
		switch b[at] {
		case '"':
			if at = skipString(b, at); at < 0 {
				return -1
			}
			at--
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
	return -1
}
