package tail

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/odoobridge/odoobridge/schema"
)

// Printer shows events to a person: a line of what happened to what, and what changed.
type Printer struct {
	Out    io.Writer
	Colour bool
	Now    func() time.Time
}

// valueWidth is how much of a value is shown.
const valueWidth = 48

// Show prints one event.
func (p *Printer) Show(e *schema.Event) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %s", p.dim(e.Time.Local().Format("15:04:05.000")), p.kind(e), e.Key)
	if note := describe(e); note != "" {
		fmt.Fprintf(&b, "  %s", note)
	}
	if e.Origin != "" {
		fmt.Fprintf(&b, "  %s", p.dim("by "+e.Origin))
	}
	fmt.Fprintf(&b, "  %s\n", p.dim(fmt.Sprintf("r%d +%s", e.Revision, p.Now().Sub(e.Time).Round(time.Millisecond))))
	for _, name := range e.Changed {
		fmt.Fprintf(&b, "              %s %s → %s\n", p.dim(name+":"), short(schema.Field(e.Before, name)), short(schema.Field(e.Body, name)))
	}
	io.WriteString(p.Out, b.String()) //nolint:errcheck // a terminal that is gone ends the program by its signal
}

// describe picks what a person knows the thing by.
func describe(e *schema.Event) string {
	var parts []string
	for _, name := range []string{"name", "sku", "warehouse", "state", "available", "amount_total"} {
		if value := short(schema.Field(e.Body, name)); value != "∅" && value != e.Key && value != "" {
			parts = append(parts, value)
		}
	}
	return strings.Join(parts, " · ")
}

func short(raw []byte) string {
	text := string(raw)
	var s string
	switch {
	case len(raw) == 0, text == "null":
		return "∅"
	case raw[0] == '"' && json.Unmarshal(raw, &s) == nil:
		text = s
	}
	if utf8.RuneCountInString(text) > valueWidth {
		text = string([]rune(text)[:valueWidth-1]) + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}

var colours = map[string]string{
	"created": "32", "confirmed": "32", "back": "32", "ready": "32", "restored": "32",
	"shipped": "36", "updated": "33", "changed": "33", "reopened": "33",
	"out": "31;1", "negative": "31;1", "cancelled": "31", "deleted": "31", "archived": "31",
}

func (p *Printer) kind(e *schema.Event) string {
	kind := fmt.Sprintf("%-20s", e.Type())
	if !p.Colour {
		return kind
	}
	return "\x1b[" + colours[e.What] + "m" + kind + "\x1b[0m"
}

func (p *Printer) dim(text string) string {
	if !p.Colour {
		return text
	}
	return "\x1b[2m" + text + "\x1b[0m"
}
