package config

import (
	"net/url"
	"regexp"
	"strings"
)

// secretWords name the parts of connection strings that must not be shown.
var secretWords = regexp.MustCompile(`(?i)\b((?:ssl)?password|passwd|pwd|secret|token|api_key)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s&]+)`)

// RedactURL takes the password out of a URL or of a PostgreSQL connection
// string of keywords. What it cannot read it does not show at all.
func RedactURL(s Secret) string {
	text := s.Reveal()
	if text == "" {
		return ""
	}
	if !strings.Contains(text, "://") {
		return secretWords.ReplaceAllString(text, "$1="+Redacted)
	}
	single, more := firstHost(text)
	u, err := url.Parse(single)
	if err != nil || u.Host == "" && u.User != nil {
		return Redacted
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	for name := range query {
		if secretWords.MatchString(name + "=x") {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	u.Host += more
	return u.String()
}
