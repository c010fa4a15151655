package odoo

import (
	"regexp"
	"sort"
	"strings"
)

var (
	emailLike  = regexp.MustCompile(`[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+`)
	numberLike = regexp.MustCompile(`\+?\d[\d ()/.-]{5,}\d`)
	quotedText = regexp.MustCompile(`'[^']{2,}'|"[^"]{2,}"|«[^»]{2,}»|“[^”]{2,}”`)
)

// longestReason is enough for a person to see what it is about.
const longestReason = 400

// Reason is what Odoo said, for a person who has to do something about it, with everything taken
// out that may be personal: values that were sent, e-mail addresses, long
// numbers, and whatever stands in quotes.
func (e *Error) Reason() string {
	text := strings.Join(strings.Fields(e.message), " ")
	for _, value := range e.sent {
		text = strings.ReplaceAll(text, value, "…")
	}
	text = emailLike.ReplaceAllString(text, "…")
	text = numberLike.ReplaceAllString(text, "…")
	text = quotedText.ReplaceAllString(text, "…")
	if runes := []rune(text); len(runes) > longestReason {
		text = string(runes[:longestReason]) + "…"
	}
	return text
}

// textsIn collects the texts of a call's arguments, the longest first, so that none is
// left over in part. Names of fields and models are short of spaces and of no harm: a
// text that looks like one stays.
func textsIn(values ...any) []string {
	seen := map[string]bool{}
	var collect func(value any)
	collect = func(value any) {
		switch v := value.(type) {
		case string:
			if v = strings.Join(strings.Fields(v), " "); len(v) > 2 && !identifier.MatchString(v) {
				seen[v] = true
			}
		case []any:
			for _, item := range v {
				collect(item)
			}
		case []string:
			for _, item := range v {
				collect(item)
			}
		case [][]string:
			for _, item := range v {
				collect(item)
			}
		case map[string]any:
			for _, item := range v {
				collect(item)
			}
		}
	}
	for _, value := range values {
		collect(value)
	}
	texts := make([]string, 0, len(seen))
	for text := range seen {
		texts = append(texts, text)
	}
	sort.Slice(texts, func(i, j int) bool {
		return len(texts[i]) > len(texts[j]) || len(texts[i]) == len(texts[j]) && texts[i] < texts[j]
	})
	return texts
}

// identifier is a name in Odoo's code: small letters with dots or underscores.
var identifier = regexp.MustCompile(`^[a-z]+([._/][a-z]+)+$`)
