package config

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const maxFile = 1 << 20

// Load reads the file, fills in what the environment and the defaults say, and
// checks everything. An empty path stands for no file at all: the environment must then
// say what has no default. What is wrong comes as Errors, all of it.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	if path == "" {
		return Parse("odoobridge.yaml", nil, env)
	}
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxFile {
		return nil, Errors{{File: path, What: fmt.Sprintf("has more than %s", printSize(maxFile)), Remedy: "is it the right file?"}}
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, Errors{{File: path, What: cause(err).Error(), Remedy: "give the configuration with --config"}}
	}
	c, err := Parse(path, body, env)
	if err != nil {
		return nil, err
	}
	c.File = path
	return c, nil
}

// Parse is Load for a text at hand; file is its name in messages, and what
// relative paths in it start from.
func Parse(file string, body []byte, env func(string) (string, bool)) (*Config, error) {
	src := newSource(file, string(body))
	if !utf8.Valid(body) {
		return nil, Errors{{File: file, What: "is not UTF-8 text"}}
	}
	root, err := parseTree(file, body)
	if err != nil {
		return nil, err
	}
	w := &walker{source: src, env: env, config: &Config{SecretFiles: map[string]string{}}, places: map[string]*yaml.Node{}}
	applyDefaults("", w.config)
	if root != nil {
		src.order(root)
		w.section(root, "", "", w.config)
	}
	w.environment()
	w.required(root)
	w.crossChecks()
	if len(w.problems) > 0 {
		sortByPlace(w.problems)
		src.excerpts(w.problems)
		return nil, w.problems
	}
	sortByPlace(w.warnings)
	src.excerpts(w.warnings)
	w.config.Warnings = w.warnings
	return w.config, nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// parseTree returns the document's root mapping, nil for an empty file. The
// YAML library quotes no values in what it says about syntax.
func parseTree(file string, body []byte) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, Errors{{File: file, What: "is not YAML", Remedy: "check its indentation and quotes"}}
		}
	}()
	var document yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(string(body)))
	switch err := decoder.Decode(&document); {
	case err != nil && err.Error() == "EOF":
		return nil, nil
	case err != nil:
		return nil, syntaxError(file, err)
	}
	if second := decoder.Decode(new(yaml.Node)); second == nil {
		return nil, Errors{{File: file, What: "holds more than one document", Remedy: "keep what is before the ---"}}
	}
	if len(document.Content) == 0 || document.Content[0].Tag == "!!null" {
		return nil, nil
	}
	first := document.Content[0]
	if first.Kind != yaml.MappingNode {
		return nil, Errors{{File: file, Line: first.Line, Column: first.Column, What: describe(first) + " is not a mapping",
			Remedy: "write its keys: " + strings.Join(childNames(""), ", ")}}
	}
	return first, nil
}

func syntaxError(file string, err error) Errors {
	p := Problem{File: file, What: "is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: "), Remedy: "check the indentation and the quotes there"}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil && m[1] != "" {
		p.Line, _ = strconv.Atoi(m[1])
		p.Column = 1
		p.What = "is not YAML: " + m[2]
	}
	if errors.Is(err, os.ErrInvalid) || len(p.What) > 200 {
		p.What = "is not YAML"
	}
	return Errors{p}
}

func sortByPlace(problems Errors) {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

// applyDefaults fills in the table's defaults for the settings directly or
// indirectly under a prefix that have the target's type.
func applyDefaults(prefix string, target any) {
	for _, s := range settings {
		rest, under := strings.CutPrefix(s.path, prefix)
		if !under || strings.Contains(rest, "*") || s.def == "" || s.kind.set == nil {
			continue
		}
		if f := s.kind.set(s.at(target), s.def); f != nil {
			panic(fmt.Sprintf("default of %s %s", s.path, f.is))
		}
	}
}

// Defaults is the configuration of a file that says nothing, unchecked: what
// must be given is missing.
func Defaults() *Config {
	c := &Config{}
	applyDefaults("", c)
	return c
}
