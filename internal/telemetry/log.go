package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
)

// NewLogger makes the process's logger. Format auto is text on a terminal and
// JSON elsewhere.
func NewLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level %q: write debug, info, warn or error", level)
	}
	switch format {
	case "json":
	case "text":
		return slog.New(newConsole(w, least, IsTerminal(w) && os.Getenv("NO_COLOR") == "")), nil
	case "auto", "":
		if IsTerminal(w) {
			return NewLogger(w, level, "text")
		}
	default:
		return nil, fmt.Errorf("log format %q: write auto, text or json", format)
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: least, ReplaceAttr: hideSecrets})), nil
}

// IsTerminal reports whether a person is likely to be reading.
func IsTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}

// secretKeys are parts of attribute names whose values are never logged.
var secretKeys = []string{"password", "passwd", "secret", "token", "authorization", "api_key", "apikey", "dsn", "credential", "cookie"}

// hideSecrets is the last line of defence: secrets have a type that does not
// print, and this catches what was turned into a string before.
func hideSecrets(_ []string, a slog.Attr) slog.Attr {
	key := strings.ToLower(a.Key)
	for _, word := range secretKeys {
		if strings.Contains(key, word) {
			return slog.String(a.Key, "[redacted]")
		}
	}
	return a
}
