package main

import (
	"fmt"
	"os"
	"strings"
)

// The text between a section's markers is the program's, the rest people's.
func opening(name string) string { return "<!-- bench:" + name + " -->\n" }
func closing(name string) string { return "<!-- end of bench:" + name + " -->\n" }

// replaceSection puts text between the markers of name; a document without
// them gets them at its end.
func replaceSection(document, name, text string) string {
	marked := opening(name) + "\n" + strings.TrimSpace(text) + "\n\n" + closing(name)
	start := strings.Index(document, opening(name))
	if start < 0 {
		return strings.TrimRight(document, "\n") + "\n\n" + marked
	}
	end := strings.Index(document[start:], closing(name))
	if end < 0 {
		return document[:start] + marked + document[start+len(opening(name)):]
	}
	return document[:start] + marked + document[start+end+len(closing(name)):]
}

// updateFile replaces sections of the file at path.
func updateFile(path string, names []string, texts map[string]string) error {
	raw, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("read the document: %w", err)
	}
	document := string(raw)
	for _, name := range names {
		if text, made := texts[name]; made {
			document = replaceSection(document, name, text)
		}
	}
	if err := os.WriteFile(path, []byte(document), 0o644); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}
