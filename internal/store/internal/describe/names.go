package describe

import (
	"encoding/json"
	"strings"
)

// Names is the list as a JSON array.
func Names(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // a list of texts has a JSON form
	}
	return string(b)
}

// AppendNames appends the list as a JSON array. Names of fields need no escapes.
func AppendNames(dst []byte, list []string) []byte {
	if !plain(list) {
		return append(dst, Names(list)...)
	}
	dst = append(dst, '[')
	for i, name := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, name...)
		dst = append(dst, '"')
	}
	return append(dst, ']')
}

func plain(list []string) bool {
	for _, name := range list {
		for i := range len(name) {
			if c := name[i]; c < ' ' || c > '~' || strings.IndexByte(`"\<>&`, c) >= 0 {
				return false
			}
		}
	}
	return true
}

// ReadNames reads a JSON array of texts. Without escapes in it, a quotation
// mark can only be a text's beginning or end.
func ReadNames(text string) ([]string, error) {
	if strings.IndexByte(text, '\\') >= 0 || len(text) < len(`[""]`) {
		list := []string{}
		return list, json.Unmarshal([]byte(text), &list)
	}
	return strings.Split(text[2:len(text)-2], `","`), nil
}
