// Command generate writes what follows from the descriptions in package
// schema, and from the source of inbound/apply: the JSON Schemas in schema/json, docs/EVENTS.md, docs/COMMANDS.md and the reasons that commands are parked or refused for. go generate runs
// it in the directory of package schema; a test holds the files current.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/odoobridge/odoobridge/schema"
)

func main() {
	files, err := generate(".")
	if err == nil {
		err = write(".", files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// generate returns the files by their path from the directory of package
// schema, which is root.
func generate(root string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, e := range schema.Entities() {
		files["json/"+e.Name+".v1.json"] = schema.DescribeData(&e, false)
		files["json/"+e.Name+".event.v1.json"] = schema.DescribeEvent(&e)
	}
	for _, c := range schema.Commands() {
		files["json/"+c.Name+".command.v1.json"] = schema.DescribeCommand(&c)
	}
	why, err := reasons(filepath.Join(root, "..", "inbound", "apply"), filepath.Join(root, "command_problems.go"))
	if err != nil {
		return nil, fmt.Errorf("find the reasons of commands: %w", err)
	}
	list, err := json.MarshalIndent(why, "", " ")
	if err != nil {
		return nil, err
	}
	files["reasons.json"] = append(list, '\n')
	files["../docs/COMMANDS.md"] = commandsPage(why)
	page, err := eventsPage(filepath.Join(root, "odoo", "testdata", "golden", "17"))
	files["../docs/EVENTS.md"] = page
	return files, err
}

func write(dir string, files map[string][]byte) error {
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // the repository
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil { //nolint:gosec // the repository
			return err
		}
	}
	return nil
}
