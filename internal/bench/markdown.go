package main

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// section is what one measurement adds to the document.
type section struct {
	title  string
	intro  string
	tables []table
	notes  []string
}

// table is a Markdown table.
type table struct {
	head []string
	rows [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// markdown writes the section under a heading of the second level.
func (s *section) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", s.title)
	if s.intro != "" {
		fmt.Fprintf(&b, "%s\n\n", s.intro)
	}
	for _, t := range s.tables {
		t.write(&b)
		b.WriteByte('\n')
	}
	for _, note := range s.notes {
		fmt.Fprintf(&b, "- %s\n", note)
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func (t *table) write(b *strings.Builder) {
	line := func(cells []string) { fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.head)
	rule := make([]string, len(t.head))
	for i := range rule {
		rule[i] = "---"
	}
	line(rule)
	for _, row := range t.rows {
		line(row)
	}
}

// spread writes "min / median / max" of a series, one value alone as itself.
func spread(s series, format func(float64) string) string {
	if len(s) == 0 {
		return "–"
	}
	if len(s) == 1 {
		return format(s[0])
	}
	return format(s.min()) + " / **" + format(s.median()) + "** / " + format(s.max())
}

// thousands writes a rate: "940", "12.4 k".
func thousands(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case v < 1000:
		return fmt.Sprintf("%.0f", v)
	case v < 100_000:
		return fmt.Sprintf("%.1f k", v/1000)
	}
	return fmt.Sprintf("%.0f k", v/1000)
}

func ratio(v float64) string { return fmt.Sprintf("%.2f", v) }

func seconds(v float64) string { return fmt.Sprintf("%.1f", v) }

func mebibytes(v float64) string { return fmt.Sprintf("%.0f MiB", v/(1<<20)) }

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond))
}

// target says whether a figure meets what was asked of it.
func target(met bool, want string) string {
	if met {
		return want + ": met"
	}
	return want + ": **missed**"
}
