package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxNodes bounds what a file of nested aliases can make of itself.
const maxNodes = 100_000

// walker goes through the YAML tree once, filling the configuration and
// collecting every problem on its way.
type walker struct {
	source  *source
	env     func(string) (string, bool)
	config  *Config
	visited int

	problems Errors
	warnings Errors
	places   map[string]*yaml.Node // value nodes by path, for cross-checks

	lacksOdoo bool // what commands need was reported missing
}

// pair is an entry of a mapping.
type pair struct{ key, value *yaml.Node }

func (w *walker) problem(node *yaml.Node, path, what, right string) {
	w.problems = append(w.problems, w.source.problem(node, path, what, right))
}

func (w *walker) warn(node *yaml.Node, path, what, right string) {
	w.warnings = append(w.warnings, w.source.problem(node, path, what, right))
}

// follow goes from an alias to what it stands for; nil when there is too much of it.
func (w *walker) follow(node *yaml.Node) *yaml.Node {
	w.visited++
	if w.visited > maxNodes {
		if w.visited == maxNodes+1 {
			w.problem(node, "", fmt.Sprintf("has more than %d entries", maxNodes), "unfold fewer aliases")
		}
		return nil
	}
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// pairs returns a mapping's entries with merged ones (<<) after its own, each
// key once. Anything but a mapping is a problem.
func (w *walker) pairs(node *yaml.Node, path, right string) []pair {
	mapping := w.follow(node)
	if mapping == nil {
		return nil
	}
	if mapping.Kind != yaml.MappingNode {
		w.problem(node, path, describe(mapping)+" is not a mapping", right)
		return nil
	}
	var own, merged []pair
	first := map[string]int{} // line by key
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		switch {
		case key.Tag == "!!merge":
			merged = append(merged, w.merge(value, path, right)...)
		case key.Kind != yaml.ScalarNode:
			w.problem(key, path, describe(key)+" cannot be a key", "")
		case first[key.Value] > 0:
			w.problem(key, join(path, key.Value), "is here twice", fmt.Sprintf("keep one; the first is on line %d", first[key.Value]))
		default:
			first[key.Value] = key.Line
			own = append(own, pair{key, value})
		}
	}
	for _, p := range merged {
		if first[p.key.Value] == 0 {
			first[p.key.Value] = p.key.Line
			own = append(own, p)
		}
	}
	return own
}

func (w *walker) merge(value *yaml.Node, path, right string) []pair {
	target := w.follow(value)
	if target == nil {
		return nil
	}
	if target.Kind != yaml.SequenceNode {
		return w.pairs(target, path, right)
	}
	var all []pair
	for _, item := range target.Content {
		all = append(all, w.pairs(item, path, right)...)
	}
	return all
}

// section walks a mapping whose keys are those of the table under pattern.
func (w *walker) section(node *yaml.Node, pattern, path string, target any) {
	names := childNames(pattern)
	for _, p := range w.pairs(node, path, "write its keys below it: "+strings.Join(names, ", ")) {
		name := p.key.Value
		if pattern == "" && strings.HasPrefix(name, "x-") {
			continue // a place for anchors
		}
		if !slices.Contains(names, name) {
			w.source.hide(p.value)
			w.problem(p.key, join(path, name), "is not a key here", remedy("known: "+strings.Join(names, ", "), didYouMean(name, names)))
			continue
		}
		w.entry(p.value, join(pattern, name), join(path, name), target)
	}
}

// entry reads the value of a known key.
func (w *walker) entry(value *yaml.Node, pattern, path string, target any) {
	w.places[path] = value
	switch s, found := find(pattern); {
	case found:
		w.setting(value, s, path, target)
	case hasChildren(pattern + ".*"):
		w.named(value, pattern, path, target)
	default:
		w.section(value, pattern, path, target)
	}
}

// named walks a mapping whose keys are names of the user's choice.
func (w *walker) named(node *yaml.Node, pattern, path string, target any) {
	for _, p := range w.pairs(node, path, "write its names below it") {
		at := join(path, p.key.Value)
		if !namePattern.MatchString(p.key.Value) {
			w.problem(p.key, at, fmt.Sprintf("%q is not a name", p.key.Value), "write small letters, digits and _, at most 60")
		}
		w.places[at] = p.value
		w.section(p.value, pattern+".*", at, w.enter(p.key.Value, target))
	}
}

// enter makes the channel or the lane of that name, with its defaults.
func (w *walker) enter(name string, parent any) any {
	switch parent := parent.(type) {
	case *Config:
		parent.Channels = append(parent.Channels, Channel{Name: name})
		channel := &parent.Channels[len(parent.Channels)-1]
		applyDefaults("channels.*.", channel)
		return channel
	case *Channel:
		parent.Lanes = append(parent.Lanes, Lane{Name: name})
		lane := &parent.Lanes[len(parent.Lanes)-1]
		applyDefaults("channels.*.lanes.*.", lane)
		return lane
	}
	panic(fmt.Sprintf("no names under a %T", parent))
}

// setting reads one value into its place.
func (w *walker) setting(node *yaml.Node, s setting, path string, target any) {
	if s.kind.secret {
		w.source.hide(node)
	}
	if s.kind.read != nil {
		s.kind.read(w, node, path, s.at(target))
		return
	}
	value, ok := w.scalar(node, path, s.kind)
	if !ok {
		return
	}
	if f := s.kind.set(s.at(target), value.text); f != nil {
		w.problem(node, path, value.shown+" "+f.is, f.remedy)
		return
	}
	if s.kind.secret && value.file != "" {
		w.config.SecretFiles[path] = value.file
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func hasChildren(pattern string) bool {
	for _, s := range settings {
		if strings.HasPrefix(s.path, pattern+".") {
			return true
		}
	}
	return false
}

// childNames lists the keys directly under a pattern, in the order of the table.
func childNames(pattern string) []string {
	prefix := ""
	if pattern != "" {
		prefix = pattern + "."
	}
	var names []string
	for _, s := range settings {
		rest, found := strings.CutPrefix(s.path, prefix)
		if !found {
			continue
		}
		name, _, _ := strings.Cut(rest, ".")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// describe names what a node is.
func describe(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		if node.Tag == "!!null" {
			return "nothing"
		}
		return "a single value"
	}
	return "this"
}
