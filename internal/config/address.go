package config

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	namePattern        = regexp.MustCompile(`^[a-z0-9_]{1,60}$`)
	slotPattern        = regexp.MustCompile(`^[a-z0-9_]{1,63}$`)
	publicationPattern = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)
	columnPattern      = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)
	keywordPair        = regexp.MustCompile(`^\s*([a-z_]+)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s']+)`)
)

// What is wrong with an address is said without the parser's words: they
// quote the address, and the password in it.

func validDSN(s string) *flaw {
	if !strings.Contains(s, "://") {
		return validKeywords(s)
	}
	single, _ := firstHost(s)
	u, err := url.Parse(single)
	switch {
	case err != nil:
		return &flaw{"is not a URL", "write postgres://user@host:5432/database; characters of the password that mean something in a URL are written %XX (@ is %40, / is %2F, # is %23)"}
	case u.Scheme != "postgres" && u.Scheme != "postgresql":
		return &flaw{"does not begin with postgres://", "write postgres://user@host:5432/database"}
	case u.Path == "" || u.Path == "/":
		return &flaw{"names no database", "write postgres://user@host:5432/database"}
	}
	return nil
}

func validKeywords(s string) *flaw {
	wrong := &flaw{"is not a connection string", "write postgres://user@host:5432/database, or host=… dbname=… user=…"}
	var names []string
	for rest := s; strings.TrimSpace(rest) != ""; {
		m := keywordPair.FindStringSubmatch(rest)
		if m == nil {
			return wrong
		}
		names = append(names, m[1])
		rest = rest[len(m[0]):]
	}
	if len(names) == 0 {
		return wrong
	}
	if !slices.Contains(names, "dbname") && !slices.Contains(names, "service") {
		return &flaw{"names no database", "add dbname=…"}
	}
	return nil
}

func validAMQP(s string) *flaw {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return &flaw{"is not a URL", "write amqps://user@host/vhost; characters of the password that mean something in a URL are written %XX (@ is %40, / is %2F, # is %23)"}
	case u.Scheme != "amqp" && u.Scheme != "amqps":
		return &flaw{"does not begin with amqp:// or amqps://", "write amqps://user@host/vhost"}
	case u.Hostname() == "":
		return &flaw{"names no host", "write amqps://user@host/vhost"}
	case strings.Contains(strings.TrimPrefix(u.EscapedPath(), "/"), "/"):
		return &flaw{"has a slash in its virtual host", "write it as %2F"}
	}
	return nil
}

func validHTTPURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

func validListen(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 0 && n <= 65535
}

// firstHost takes the further hosts out of a URL that names several, as
// PostgreSQL's do and net/url does not understand: "a:1,b:2" becomes "a:1". rest is what it took.
func firstHost(s string) (single, rest string) {
	start := strings.Index(s, "://") + len("://")
	end := len(s)
	if i := strings.IndexAny(s[start:], "/?#"); i >= 0 {
		end = start + i
	}
	at := start + strings.LastIndexByte(s[start:end], '@') + 1
	comma := strings.IndexByte(s[at:end], ',')
	if comma < 0 {
		return s, ""
	}
	return s[:at+comma] + s[end:], s[at+comma : end]
}
