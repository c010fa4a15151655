package dba

import (
	"fmt"
	"io"
	"strings"
)

// Print writes a plan as a script for psql, with its reasons as comments.
// Advice is in comments whole.
func Print(w io.Writer, plan []Statement) error {
	var b strings.Builder
	section := ""
	transaction := false
	for i, s := range plan {
		if !s.Advice && !transaction {
			b.WriteString("BEGIN;\nSET LOCAL lock_timeout = '5s'; -- never make Odoo queue behind us\n")
			transaction = true
		}
		if s.Section != section {
			fmt.Fprintf(&b, "\n-- %s\n", s.Section)
			section = s.Section
		}
		printStatement(&b, s)
		if transaction && (i+1 == len(plan) || plan[i+1].Advice) {
			b.WriteString("\nCOMMIT;\n")
			transaction = false
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func printStatement(b *strings.Builder, s Statement) {
	for _, line := range wrap(s.Why, 110) {
		fmt.Fprintf(b, "--   %s\n", line)
	}
	if s.Advice {
		fmt.Fprintf(b, "--       %s\n", s.SQL)
		return
	}
	fmt.Fprintf(b, "%s;\n", s.SQL)
}

// wrap breaks a text into lines of at most width characters.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
