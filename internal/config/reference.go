package config

import (
	"fmt"
	"strings"
)

// Reference is docs/CONFIGURATION.md.
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceIntro)
	for _, name := range childNames("") {
		fmt.Fprintf(&b, "\n## %s\n", name)
		for _, s := range settings {
			if s.path == name || strings.HasPrefix(s.path, name+".") {
				referenceEntry(&b, s)
			}
		}
	}
	return b.String()
}

func referenceEntry(b *strings.Builder, s setting) {
	path := strings.ReplaceAll(strings.ReplaceAll(s.path, "channels.*", "channels.<channel>"), "lanes.*", "lanes.<lane>")
	fmt.Fprintf(b, "\n**`%s`** · %s", path, s.kind.name)
	switch {
	case s.required:
		b.WriteString(" · must be given")
	case s.def != "":
		fmt.Fprintf(b, " · default `%s`", s.def)
	default:
		b.WriteString(" · default: not set")
	}
	if name := s.envName(); name != "" {
		fmt.Fprintf(b, " · `%s`", name)
	}
	fmt.Fprintf(b, "  \n%s\n", s.doc)
}

var referenceIntro = `# Configuration

<!-- Generated from the table in internal/config/settings.go. Do not edit: run go test ./internal/config -update. -->

One YAML file, ` + "`odoobridge.yaml`" + `: given with ` + "`--config`" + ` or in ` + "`ODOOBRIDGE_CONFIG`" + `, else looked for in the current
directory and then in /etc/odoobridge. ` + "`odoobridge config`" + ` prints it as it counts, with every default and without
secrets; ` + "`odoobridge config --schema`" + ` prints a JSON Schema with which editors complete and check it.

- Unknown keys, keys given twice, wrong types, bad values and names that nothing answers to are errors, reported all
  at once with file, line and column.
- Any single value may be ` + "`${NAME}`" + `, ` + "`${NAME:-default}`" + ` (from the environment; write ` + "`$${`" + ` for a literal ` + "`${`" + `) or
  ` + "`{file: /run/secrets/name}`" + ` (a relative path starts from the folder of the configuration; one line break at the end
  does not count). A missing variable or file is an error.
- A variable ` + "`ODOOBRIDGE_<SECTION>_<KEY>`" + ` overrides the file; its name stands beside each key below. An unknown
  ` + "`ODOOBRIDGE_*`" + ` is an error.
- Durations are written ` + "`30s`, `5m`, `12h`, `7d`, `2w`" + `; sizes ` + "`512MiB`, `20GiB`" + `; rates ` + "`10/s`, `600/m`" + `.
- Top-level keys that begin with ` + "`x-`" + ` are ignored: a place for YAML anchors. ` + "`<<`" + ` merges them in.
- Entities: ` + strings.Join(entityNames(), ", ") + ` (docs/EVENTS.md).
`
