package config

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scalarValue is a value as it counts, and as a message may show it: in quotes,
// and never what came from the environment or a file.
type scalarValue struct {
	text, shown string
	file        string // that it was read from
}

// maxSecretFile is more than any secret and less than a mistake.
const maxSecretFile = 64 << 10

// scalar reads one value: as written, with ${VARIABLES} filled in, or from {file: path}.
func (w *walker) scalar(node *yaml.Node, path string, k kind) (scalarValue, bool) {
	value := w.follow(node)
	if value == nil {
		return scalarValue{}, false
	}
	switch {
	case value.Kind == yaml.MappingNode:
		return w.fromFile(value, path, k)
	case value.Kind != yaml.ScalarNode:
		w.problem(node, path, describe(value)+" is not "+k.name, "write one value")
		return scalarValue{}, false
	case value.Tag == "!!null":
		w.problem(node, path, "has no value", "write "+k.name+", or leave the key out")
		return scalarValue{}, false
	}
	text, filled, err := interpolate(value.Value, w.env)
	if err != nil {
		w.problem(node, path, err.Error(), "set it, or write a default: ${NAME:-default}")
		return scalarValue{}, false
	}
	if text == "" {
		w.problem(node, path, "is empty", "write "+k.name+", or leave the key out")
		return scalarValue{}, false
	}
	return scalarValue{text: text, shown: shown(value.Value, filled, k)}, true
}

func shown(raw string, filled bool, k kind) string {
	switch {
	case k.secret:
		return "the value"
	case filled:
		return fmt.Sprintf("what %q stands for", raw)
	}
	return fmt.Sprintf("%q", shorten(raw))
}

func shorten(s string) string {
	runes := []rune(s)
	if len(runes) <= 60 {
		return s
	}
	return string(runes[:57]) + "…"
}

// fromFile reads {file: path}; a relative path is taken from the folder of
// the configuration, and one line break at the end does not count.
func (w *walker) fromFile(mapping *yaml.Node, path string, k kind) (scalarValue, bool) {
	if len(mapping.Content) != 2 || mapping.Content[0].Value != "file" || mapping.Content[1].Kind != yaml.ScalarNode {
		w.problem(mapping, path, "a mapping is not "+k.name, "write the value, or {file: path}")
		return scalarValue{}, false
	}
	node := mapping.Content[1]
	name, _, err := interpolate(node.Value, w.env)
	if err != nil {
		w.problem(node, path, err.Error(), "set it, or write a default: ${NAME:-default}")
		return scalarValue{}, false
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(w.source.folder(), name)
	}
	text, err := readValue(name)
	if err != nil {
		w.problem(node, path, fmt.Sprintf("file %s: %v", name, err), "put the value into that file, readable for the user that runs odoobridge")
		return scalarValue{}, false
	}
	return scalarValue{text, "what is in " + name, name}, true
}

// ReadSecret reads a secret from its file, as {file: …} does.
func ReadSecret(name string) (Secret, error) {
	text, err := readValue(name)
	if err != nil {
		return "", fmt.Errorf("file %s: %w", name, err)
	}
	return Secret(text), nil
}

func readValue(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", cause(err)
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("is not a file")
	}
	if info.Size() > maxSecretFile {
		return "", fmt.Errorf("has more than %s", printSize(maxSecretFile))
	}
	body, err := os.ReadFile(name)
	if err != nil {
		return "", cause(err)
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(body), "\n"), "\r")
	if text == "" {
		return "", fmt.Errorf("is empty")
	}
	return text, nil
}

// cause is the error without the operation and the path, which the message has already.
func cause(err error) error {
	if wrapped, ok := err.(*os.PathError); ok {
		return wrapped.Err
	}
	return err
}

var placeholder = regexp.MustCompile(`\$\$\{|\$\{[^}]*\}?`)

var placeholderName = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)(:-[^}]*)?\}$`)

// interpolate fills in ${NAME} and ${NAME:-default}. $${ is a literal ${, and
// any other $ is itself: passwords have them.
func interpolate(raw string, env func(string) (string, bool)) (text string, filled bool, err error) {
	text = placeholder.ReplaceAllStringFunc(raw, func(found string) string {
		if found == "$${" {
			return "${"
		}
		m := placeholderName.FindStringSubmatch(found)
		if m == nil {
			err = fmt.Errorf("a ${ without a NAME and } after it; for a literal ${ write $${")
			return ""
		}
		filled = true
		value, set := env(m[1])
		fallback, hasFallback := strings.CutPrefix(m[2], ":-")
		switch {
		case hasFallback && value == "":
			return fallback
		case !set:
			err = fmt.Errorf("the environment has no %s", m[1])
		}
		return value
	})
	return text, filled, err
}
