package config

import (
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// source is the file's text, for excerpts that show where a problem is and
// none of the secrets beside it.
type source struct {
	file   string
	lines  []string
	hidden map[int][]string // by line: texts that must not show
	blind  map[int]bool     // lines that cannot be shown, since what to hide in them is not plain
	next   map[*yaml.Node]int
}

func newSource(file, text string) *source {
	return &source{file: file, lines: strings.Split(text, "\n"), hidden: map[int][]string{}, blind: map[int]bool{}, next: map[*yaml.Node]int{}}
}

func (s *source) folder() string { return filepath.Dir(s.file) }

// hide keeps the scalars under the node out of every excerpt.
func (s *source) hide(node *yaml.Node) {
	switch node.Kind {
	case yaml.ScalarNode:
		s.hideScalar(node)
	case yaml.AliasNode:
		if node.Alias.Kind == yaml.ScalarNode {
			s.hideScalar(node.Alias)
		}
	case yaml.MappingNode:
		for i := 1; i < len(node.Content); i += 2 {
			s.hide(node.Content[i])
		}
	case yaml.SequenceNode:
		for _, item := range node.Content {
			s.hide(item)
		}
	}
}

func (s *source) hideScalar(node *yaml.Node) {
	if node.Value == "" {
		return
	}
	if strings.Contains(s.line(node.Line), node.Value) {
		s.hidden[node.Line] = append(s.hidden[node.Line], node.Value)
		return
	}
	// Escapes, or more than one line: show nothing up to what comes next.
	for n := node.Line; n <= s.nextLine(node); n++ {
		s.blind[n] = true
	}
}

// nextLine is the line on which the node after this one begins.
func (s *source) nextLine(node *yaml.Node) int {
	if line, found := s.next[node]; found {
		return line
	}
	return len(s.lines)
}

// order notes for every node where the next one begins.
func (s *source) order(root *yaml.Node) {
	var last *yaml.Node
	var visit func(*yaml.Node)
	visit = func(node *yaml.Node) {
		if last != nil {
			s.next[last] = node.Line
		}
		last = node
		for _, child := range node.Content {
			visit(child)
		}
	}
	visit(root)
}

func (s *source) line(number int) string {
	if number < 1 || number > len(s.lines) {
		return ""
	}
	return strings.TrimRight(s.lines[number-1], "\r")
}

// problem places a problem at a node. The excerpt is cut later, by excerpts,
// when everything to hide is known.
func (s *source) problem(node *yaml.Node, path, what, right string) Problem {
	return Problem{File: s.file, Line: node.Line, Column: node.Column, Path: path, What: what, Remedy: right}
}

// excerpts gives each problem its source line.
func (s *source) excerpts(problems Errors) {
	for i := range problems {
		p := &problems[i]
		if p.Line < 1 || s.blind[p.Line] {
			continue
		}
		line := s.line(p.Line)
		shown := line
		for _, text := range s.hidden[p.Line] {
			shown = strings.ReplaceAll(shown, text, Redacted)
		}
		if !shifted(line, shown, p.Column) && len([]rune(shown)) <= 160 {
			p.Source = shown
		}
	}
}

// shifted reports whether hiding moved what the caret should point at.
func shifted(line, shown string, column int) bool {
	before := []rune(line)
	after := []rune(shown)
	n := min(column-1, len(before))
	return len(after) < n || string(before[:n]) != string(after[:n])
}
