package check

import (
	"fmt"
	"io"
	"strings"
)

// Style is how findings look.
type Style struct {
	Colour bool
	ASCII  bool
	Width  int // of the codes' column
}

// StyleFor looks at the environment: NO_COLOR, TERM and the locale.
func StyleFor(terminal bool, env func(string) (string, bool)) Style {
	_, noColour := env("NO_COLOR")
	term, _ := env("TERM")
	return Style{Colour: terminal && !noColour && term != "dumb", ASCII: !utf8Locale(env)}
}

func utf8Locale(env func(string) (string, bool)) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value, _ := env(name); value != "" {
			value = strings.ToLower(value)
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return false
}

// Plain is for logs and files.
var Plain = Style{ASCII: true}

type mark struct{ sign, ascii, colour string }

var marks = map[Severity]mark{
	OK:   {"✓", "ok", "\x1b[32m"},
	Warn: {"!", "warn", "\x1b[33m"},
	Fail: {"✗", "FAIL", "\x1b[31m"},
	Skip: {"-", "skip", "\x1b[2m"},
}

// Print writes one finding with what to do about it.
func (s Style) Print(w io.Writer, f Finding) {
	indent := strings.Repeat(" ", s.signWidth()+1)
	_, _ = fmt.Fprintf(w, "%s %-*s %s\n", s.sign(f.Severity), max(s.Width, 32), f.Code, oneLine(f.What))
	for _, line := range wrap(f.Why, 100) {
		_, _ = fmt.Fprintf(w, "%s%s\n", indent, s.dim(line))
	}
	for i, line := range wrap(f.Remedy, 96) {
		lead := s.arrow()
		if i > 0 {
			lead = strings.Repeat(" ", len([]rune(lead)))
		}
		_, _ = fmt.Fprintf(w, "%s%s%s\n", indent, lead, line)
	}
	for _, sql := range f.SQL {
		text := strings.ReplaceAll(strings.TrimSuffix(sql, ";"), "\n", "\n"+indent+"    ")
		_, _ = fmt.Fprintf(w, "%s    %s;\n", indent, text)
	}
}

// Text is what Print writes of findings.
func (s Style) Text(findings []Finding) string {
	var b strings.Builder
	for _, f := range findings {
		s.Print(&b, f)
	}
	return b.String()
}

// Summarise writes the last line.
func (s Style) Summarise(w io.Writer, findings []Finding) {
	c := Count(findings)
	text := fmt.Sprintf("%d fine, %d to look at, %d failed", c.OK, c.Warn, c.Fail)
	if c.Skip > 0 {
		text += fmt.Sprintf(", %d not looked at", c.Skip)
	}
	_, _ = fmt.Fprintf(w, "\n%s\n", text)
}

func (s Style) signWidth() int {
	if s.ASCII {
		return 4
	}
	return 1
}

func (s Style) sign(severity Severity) string {
	m := marks[severity]
	text := m.sign
	if s.ASCII {
		text = fmt.Sprintf("%-4s", m.ascii)
	}
	if s.Colour {
		return m.colour + text + "\x1b[0m"
	}
	return text
}

func (s Style) arrow() string {
	if s.ASCII {
		return "-> "
	}
	return "→ "
}

func (s Style) dim(text string) string {
	if s.Colour {
		return "\x1b[2m" + text + "\x1b[0m"
	}
	return text
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func wrap(text string, width int) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && len(line)+1+len(word) > width {
				lines, line = append(lines, line), ""
			}
			line = strings.TrimLeft(line+" "+word, " ")
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
