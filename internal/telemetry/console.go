package telemetry

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// console writes records for people: time, level, message, then key=value.
type console struct {
	mu     *sync.Mutex
	out    io.Writer
	least  slog.Level
	colour bool
	prefix string // open groups, "a.b."
	attrs  []byte // already written ones
}

func newConsole(out io.Writer, least slog.Level, colour bool) *console {
	return &console{mu: new(sync.Mutex), out: out, least: least, colour: colour}
}

// Enabled implements slog.Handler.
func (c *console) Enabled(_ context.Context, level slog.Level) bool { return level >= c.least }

// WithAttrs implements slog.Handler.
func (c *console) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *c
	with.attrs = slices.Clone(c.attrs)
	for _, a := range attrs {
		with.attrs = with.attr(with.attrs, c.prefix, a)
	}
	return &with
}

// WithGroup implements slog.Handler.
func (c *console) WithGroup(name string) slog.Handler {
	if name == "" {
		return c
	}
	with := *c
	with.prefix += name + "."
	return &with
}

const (
	dim    = "\x1b[2m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	reset  = "\x1b[0m"
)

// Handle implements slog.Handler.
func (c *console) Handle(_ context.Context, r slog.Record) error {
	var line []byte
	if !r.Time.IsZero() {
		line = append(c.paint(line, dim, r.Time.Format(time.TimeOnly)), ' ')
	}
	line = c.paint(line, levelColour(r.Level), (r.Level.String() + "    ")[:5])
	line = append(line, ' ')
	line = append(line, oneLine(r.Message)...)
	line = append(line, c.attrs...)
	r.Attrs(func(a slog.Attr) bool {
		line = c.attr(line, c.prefix, a)
		return true
	})
	line = append(line, '\n')
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.out.Write(line)
	return err
}

func levelColour(level slog.Level) string {
	switch {
	case level >= slog.LevelError:
		return red
	case level >= slog.LevelWarn:
		return yellow
	case level >= slog.LevelInfo:
		return cyan
	}
	return dim
}

func (c *console) paint(dst []byte, colour, text string) []byte {
	if !c.colour {
		return append(dst, text...)
	}
	return append(append(append(dst, colour...), text...), reset...)
}

func (c *console) attr(dst []byte, prefix string, a slog.Attr) []byte {
	a.Value = a.Value.Resolve()
	if a.Value.Kind() == slog.KindGroup {
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, member := range a.Value.Group() {
			dst = c.attr(dst, prefix, member)
		}
		return dst
	}
	if a.Equal(slog.Attr{}) {
		return dst
	}
	a = hideSecrets(nil, a)
	dst = append(dst, ' ')
	dst = c.paint(dst, dim, prefix+a.Key+"=")
	return append(dst, oneLine(quoted(a.Value.String()))...)
}

// quoted keeps a value in one piece for the eye.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " =\"") {
		return strconv.Quote(s)
	}
	return s
}

// oneLine keeps a record on its line, and control sequences out of the terminal.
func oneLine(s string) string {
	if strings.IndexFunc(s, isControl) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return ' '
		}
		return r
	}, s)
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 }
