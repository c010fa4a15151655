package schemadiff

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/odoobridge/odoobridge/schema"
)

// Set is schemas by their "$id".
type Set map[string]map[string]any

// ErrNoSchema reports that a path has none of the bridge's schemas.
var ErrNoSchema = errors.New("no JSON Schema of the bridge")

// Load reads a file, or all files of a folder, that `schema show --json` wrote or that the release has in schema/json.
func Load(path string) (Set, error) {
	files := []string{path}
	if info, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("read the older schemas: %w", err)
	} else if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "*.json")); err != nil {
			return nil, err
		}
	}
	set := Set{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the older schemas: %w", err)
		}
		if err := set.add(text); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if len(set) == 0 {
		return nil, fmt.Errorf("%w is in %s", ErrNoSchema, path)
	}
	return set, nil
}

func (s Set) add(text []byte) error {
	var node map[string]any
	if err := json.Unmarshal(text, &node); err != nil {
		return fmt.Errorf("it is no JSON Schema: %w", err)
	}
	id, _ := node["$id"].(string)
	if id == "" {
		return fmt.Errorf("%w: it has no $id", ErrNoSchema)
	}
	s[id] = node
	return nil
}

// Own are this program's schemas.
func Own() (Set, error) {
	set := Set{}
	var texts [][]byte
	for _, e := range schema.Entities() {
		texts = append(texts, schema.JSONSchema(e.Name), schema.EventSchema(e.Name))
	}
	for _, name := range schema.CommandNames() {
		texts = append(texts, schema.CommandSchema(name))
	}
	for _, text := range texts {
		if err := set.add(text); err != nil {
			return nil, fmt.Errorf("this build's schemas: %w", err)
		}
	}
	return set, nil
}
