package config

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with the configuration, and where.
type Problem struct {
	File   string `json:"file"` // "environment" for a value that came from there
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Path   string `json:"path,omitempty"` // "channels.shopify.lanes.stock.pace"
	What   string `json:"what"`
	Remedy string `json:"remedy,omitempty"`
	Source string `json:"-"` // the line, without its secrets; "" when it cannot be shown
}

// Error is the problem on one line, as compilers print theirs.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	b.WriteString(p.What)
	if p.Remedy != "" {
		b.WriteString("; " + p.Remedy)
	}
	return b.String()
}

// String is Error with the source line below it and a caret under the place.
func (p Problem) String() string {
	if p.Source == "" {
		return p.Error()
	}
	margin := fmt.Sprintf("%5d | ", p.Line)
	caret := strings.Repeat(" ", len(margin)-2) + "| " + caretIndent(p.Source, p.Column) + "^"
	return p.Error() + "\n" + margin + p.Source + "\n" + caret
}

// caretIndent keeps tabs, so that the caret stands under its place whatever
// the terminal makes of them. Columns count characters.
func caretIndent(line string, column int) string {
	var b strings.Builder
	n := 1
	for _, r := range line {
		if n >= column {
			break
		}
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
		n++
	}
	return b.String()
}

// Errors is everything that is wrong with a configuration, in the order of the file.
type Errors []Problem

// Error prints every problem with its source line.
func (e Errors) Error() string {
	parts := make([]string, 0, len(e)+1)
	for _, p := range e {
		parts = append(parts, p.String())
	}
	if len(e) > 1 {
		parts = append(parts, fmt.Sprintf("%d problems", len(e)))
	}
	return strings.Join(parts, "\n")
}

// ExitCode is the command line's: wrong use.
func (e Errors) ExitCode() int { return 2 }
