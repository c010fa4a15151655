package inbound

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// decode reads one JSON object, numbers as they are written. An error says where it stops being one, and
// quotes nothing.
func decode(body []byte) (map[string]any, error) {
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return nil, errors.New("it is empty")
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return nil, errors.New("it begins with a byte order mark")
	case !utf8.Valid(body):
		return nil, fmt.Errorf("byte %d is not UTF-8 text", firstInvalid(body)+1)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, errors.New(notJSON(err))
	}
	if at := halfCharacter(body); at >= 0 {
		return nil, fmt.Errorf("byte %d begins one half of a character without the other", at+1)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows the first value, which ends at byte %d", d.InputOffset())
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("it is %s", called(value))
	}
	return object, nil
}

func firstInvalid(body []byte) int {
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(body)
}

// halfCharacter is where JSON, which can be read, has one half of a surrogate pair (RFC 8259, section 8.2): readers make different texts
// of it. -1 when there is none.
func halfCharacter(body []byte) int {
	for i := 0; ; {
		next := bytes.IndexByte(body[i:], '\\')
		if next < 0 {
			return -1
		}
		i += next
		half := escaped(body[i:])
		switch {
		case half < 0:
			i += 2 // an escape of one character
		case !utf16.IsSurrogate(half):
			i += 6
		case utf16.DecodeRune(half, escaped(body[min(i+6, len(body)):])) == utf8.RuneError:
			return i
		default:
			i += 12
		}
	}
}

// escaped is what stands in \uXXXX at the beginning of a text, -1 where it begins otherwise.
func escaped(text []byte) rune {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

func notJSON(err error) string {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends before it is complete"
	case errors.As(err, &syntax) && strings.Contains(syntax.Error(), "max depth"):
		return "it is nested too deeply"
	case errors.As(err, &syntax):
		return fmt.Sprintf("byte %d is not JSON", syntax.Offset)
	}
	return "it is not JSON"
}

// called is a JSON value's kind with its article.
func called(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "true or false"
	case json.Number:
		return "a number"
	case string:
		return "a text"
	case []any:
		return "a list"
	}
	return "an object"
}

// doubled finds members that an object of body, which was read as decoded, has more than once. JSON leaves open which of them counts, and
// readers differ: a command that two of them read differently must not be carried out.
func doubled(body []byte, decoded any) (problems []command.Problem) {
	if colons(body) == members(decoded) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value func(at []string)
	value = func(at []string) {
		token, err := d.Token()
		if err != nil || len(problems) >= maxProblems {
			return
		}
		switch token {
		case json.Delim('{'):
			seen := map[string]bool{}
			for d.More() {
				name, err := d.Token()
				if err != nil {
					return
				}
				member := fmt.Sprint(name)
				inside := append(at[:len(at):len(at)], shorten(member))
				if seen[member] {
					problems = append(problems, command.Problem{Code: schema.CodeInvalid, Path: pathOf(inside), Message: "is there more than once", Remedy: "leave one of them"})
				}
				seen[member] = true
				value(inside)
			}
			_, _ = d.Token() // the closing brace: decode has read all of it before
		case json.Delim('['):
			for i := 0; d.More(); i++ {
				value(append(at[:len(at):len(at)], strconv.Itoa(i)))
			}
			_, _ = d.Token()
		}
	}
	value(nil)
	return problems
}

// colons counts the colons of JSON that stand outside its texts: one for each member that is written.
func colons(body []byte) (n int) {
	text := false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case c == ':' && !text:
			n++
		}
	}
	return n
}

// members counts the members that were read.
func members(value any) (n int) {
	switch v := value.(type) {
	case map[string]any:
		n = len(v)
		for _, inside := range v {
			n += members(inside)
		}
	case []any:
		for _, inside := range v {
			n += members(inside)
		}
	}
	return n
}
