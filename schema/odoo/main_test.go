package odoo_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// releases are those that were recorded.
var releases = []string{"17", "18"}

// columnsOf reads the columns and types of a recorded database.
func columnsOf(t testing.TB, release string) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testkit.OdooData(t, release), "columns.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]map[string]string{}
	for _, line := range strings.Split(string(text), "\n")[1:] {
		parts := strings.Split(line, "\t")
		if len(parts) < 3 {
			continue
		}
		if columns[parts[0]] == nil {
			columns[parts[0]] = map[string]string{}
		}
		columns[parts[0]][parts[1]] = parts[2]
	}
	return columns
}

// profileOf is the fitted profile of a recorded database.
func profileOf(t testing.TB, release string, extra map[string][]string) *odoo.Profile {
	t.Helper()
	p, err := odoo.For(release+".0", extra)
	if err != nil {
		t.Fatal(err)
	}
	if err := odoo.Check(p, columnsOf(t, release)); err != nil {
		t.Fatal(err)
	}
	return p
}

// baseline calls yield for every row of the baseline, by column.
func baseline(t testing.TB, release string, yield func(table string, values map[string]string)) {
	t.Helper()
	f, err := os.Open(filepath.Join(testkit.OdooData(t, release), "baseline.sql.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 64<<20)
	table, names := "", []string(nil)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case line == `\.`:
			table = ""
		case table != "":
			values := map[string]string{}
			for i, v := range strings.Split(line, "\t") {
				values[names[i]] = v
			}
			yield(table, values)
		case strings.HasPrefix(line, "COPY public."):
			head, list, _ := strings.Cut(strings.TrimPrefix(line, "COPY public."), " (")
			list, _, _ = strings.Cut(list, ")")
			table, names = head, strings.Split(strings.ReplaceAll(list, `"`, ""), ", ")
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// copyText is a recorded value as COPY writes it.
func copyText(v any) string {
	switch v := v.(type) {
	case nil:
		return `\N`
	case bool:
		if v {
			return "t"
		}
		return "f"
	case json.Number:
		return v.String()
	case string:
		return string(odoo.AppendEscaped(nil, []byte(v)))
	}
	panic(fmt.Sprintf("recorded value %T", v))
}

// rowOf puts the values in the order of the table's columns.
func rowOf(table *odoo.Table, values map[string]string) string {
	fields := make([]string, len(table.Columns))
	for i, c := range table.Columns {
		v, found := values[c.Source]
		if !found {
			v = `\N`
		}
		fields[i] = v
	}
	return strings.Join(fields, "\t")
}

func sortedKeys[V any](m map[odoo.Key]V) []odoo.Key {
	keys := make([]odoo.Key, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}

func fmtInt(n int64) string { return strconv.FormatInt(n, 10) }

func atoi(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}
