package schema

import "encoding/json"

// Fields calls yield for the top-level fields of a JSON object, in order, with
// their values as they are written, until it returns false. It stops where the text is
// no longer an object's. raw is part of body.
func Fields(body []byte, yield func(name string, raw []byte) bool) {
	for s := Scan(body); s.Next(); {
		if !yield(string(s.Name), s.Value) {
			return
		}
	}
}

// Field returns the value of a top-level field as it is written, nil when
// there is none.
func Field(body []byte, name string) []byte {
	for s := Scan(body); s.Next(); {
		if string(s.Name) == name {
			return s.Value
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

// Scanner walks an object's top-level fields without allocating.
type Scanner struct {
	Name  []byte // of the field that Next has come to
	Value []byte // as it is written
	text  []byte
	at    int // of the next field's name, or of what ends the object
}

// Scan begins to walk the top-level fields of a JSON object; there are none in
// anything else.
func Scan(body []byte) Scanner {
	at := skipSpace(body, 0)
	if at >= len(body) || body[at] != '{' {
		return Scanner{}
	}
	return Scanner{text: body, at: skipSpace(body, at+1)}
}

// Next comes to the next field; false when there is none, or the text is no
// longer an object's.
func (s *Scanner) Next() bool {
	text := s.text
	if s.at >= len(text) || text[s.at] != '"' {
		return false
	}
	start := s.at + 1
	end, escaped := start, false
	for ; end < len(text) && text[end] != '"'; end++ {
		if text[end] == '\\' {
			escaped = true
			end++
		}
	}
	at := skipSpace(text, end+1)
	if at >= len(text) || text[at] != ':' {
		return false
	}
	at = skipSpace(text, at+1)
	stop := skipValue(text, at)
	if stop < 0 {
		return false
	}
	s.Name, s.Value = text[start:end], text[at:stop]
	if escaped {
		s.Name = unescape(s.Name)
	}
	if s.at = skipSpace(text, stop); s.at < len(text) && text[s.at] == ',' {
		s.at = skipSpace(text, s.at+1)
	} else {
		s.at = len(text)
	}
	return true
}

// unescape resolves escapes, which our own encoder never puts in a name.
func unescape(name []byte) []byte {
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
	depth := 0
	for ; at < len(b); at++ {
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
