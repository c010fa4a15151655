package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/odoobridge/odoobridge/"

// file is one Go source file and what it imports.
type file struct {
	path    string // below the root, with slashes
	pkg     string // directory of path
	test    bool
	imports []string
}

func TestImportsGoDownOnly(t *testing.T) {
	files := sources(t)
	for _, f := range files {
		for _, imported := range f.imports {
			if why := forbidden(f, imported); why != "" {
				t.Errorf("%s imports %s\n\t%s", f.path, imported, why)
			}
		}
	}
	if len(files) < 20 {
		t.Errorf("read only %d files: the walk is broken", len(files))
	}
}

func TestTheRulesRefuseWhatTheyShould(t *testing.T) {
	cases := []struct {
		from, imports string
		test, refused bool
	}{
		{"cdc", module + "router/lane", false, true},
		{"router/lane", module + "outbound", false, true},
		{"outbound", module + "cdc", true, true},
		{"schema/odoo", module + "internal/store", false, true},
		{"schema/odoo", module + "schema", false, false},
		{"internal/store", module + "router", false, true},
		{"internal/store", module + "internal/change", false, false},
		{"cmd/odoobridge", module + "cdc", false, false},
		{"cmd/odoobridge", module + "cmd/odoobridge/internal/bridge", false, false},
		{"internal/odoosim", module + "cmd/odoobridge/internal/demo", false, true},
		{"router", "github.com/jackc/pgx/v5", false, true},
		{"router", "github.com/jackc/pgx/v5", true, false},
		{"cdc", "github.com/jackc/pgx/v5/pgconn", false, false},
		{"cdc", "github.com/rabbitmq/amqp091-go", false, true},
		{"router/mirror", "modernc.org/sqlite", false, true},
		{"router/mirror", "zombiezen.com/go/sqlite/sqlitex", false, true},
		{"router", module + "internal/testkit", false, true},
		{"router", module + "internal/testkit", true, false},
		{"schema", "github.com/ThreeDotsLabs/watermill/message", false, true},
	}
	for _, c := range cases {
		got := forbidden(file{path: c.from + "/x.go", pkg: c.from, test: c.test}, c.imports) != ""
		if got != c.refused {
			t.Errorf("%s (test: %v) importing %s: refused %v, want %v", c.from, c.test, c.imports, got, c.refused)
		}
	}
}

// sources parses the imports of every Go file of the module.
func sources(t *testing.T) []file {
	t.Helper()
	root := moduleRoot(t)
	var files []file
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := file{path: filepath.ToSlash(rel), test: strings.HasSuffix(path, "_test.go")}
		f.pkg = filepath.ToSlash(filepath.Dir(rel))
		for _, spec := range parsed.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, name)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
}
