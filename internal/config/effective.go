package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Effective is the configuration as it counts: every default filled in, no secrets.
func (c *Config) Effective() *yaml.Node {
	root := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range childNames("") {
		var value *yaml.Node
		if name == "channels" {
			value = printChannels(c)
		} else {
			value = printUnder(name, c)
		}
		addPair(root, name, value)
	}
	return root
}

// YAML prints Effective.
func (c *Config) YAML() ([]byte, error) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(c.Effective()); err != nil {
		return nil, err
	}
	return b.Bytes(), encoder.Close()
}

func addPair(mapping *yaml.Node, name string, value *yaml.Node) {
	if value == nil || value.Kind == yaml.ScalarNode && value.Value == "" || value.Kind == yaml.MappingNode && len(value.Content) == 0 {
		return
	}
	mapping.Content = append(mapping.Content, scalar("!!str", name), value)
}

// printUnder prints the setting at the path, or the section of what is below it.
func printUnder(pattern string, target any) *yaml.Node {
	if s, found := find(pattern); found {
		return s.kind.print(s.at(target))
	}
	section := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range childNames(pattern) {
		if !strings.Contains(name, "*") && !hasChildren(pattern+"."+name+".*") {
			addPair(section, name, printUnder(pattern+"."+name, target))
		}
	}
	return section
}

func printChannels(c *Config) *yaml.Node {
	channels := &yaml.Node{Kind: yaml.MappingNode}
	for i := range c.Channels {
		channel := &c.Channels[i]
		node := printUnder("channels.*", channel)
		lanes := &yaml.Node{Kind: yaml.MappingNode}
		for j := range channel.Lanes {
			addPair(lanes, channel.Lanes[j].Name, printUnder("channels.*.lanes.*", &channel.Lanes[j]))
		}
		addPair(node, "lanes", lanes)
		addPair(channels, channel.Name, node)
	}
	return channels
}

// JSON prints Effective for programs, keys in the same order.
func (c *Config) JSON() ([]byte, error) {
	var b bytes.Buffer
	if err := appendJSON(&b, c.Effective()); err != nil {
		return nil, err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, b.Bytes(), "", "  "); err != nil {
		return nil, fmt.Errorf("print the configuration: %w", err)
	}
	return pretty.Bytes(), nil
}

func appendJSON(b *bytes.Buffer, node *yaml.Node) error {
	switch node.Kind {
	case yaml.MappingNode, yaml.SequenceNode:
		return appendCollection(b, node)
	}
	if node.Tag == "!!int" || node.Tag == "!!bool" {
		b.WriteString(node.Value)
		return nil
	}
	text, err := json.Marshal(node.Value)
	if err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	b.Write(text)
	return nil
}

func appendCollection(b *bytes.Buffer, node *yaml.Node) error {
	brackets, separators := "[]", ","
	if node.Kind == yaml.MappingNode {
		brackets, separators = "{}", ":,"
	}
	b.WriteByte(brackets[0])
	for i, child := range node.Content {
		if i > 0 {
			b.WriteByte(separators[(i-1)%len(separators)])
		}
		if err := appendJSON(b, child); err != nil {
			return err
		}
	}
	b.WriteByte(brackets[1])
	return nil
}
