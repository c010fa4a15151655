package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/schema"
)

// TestReasonsAreFoundInTheSource reads a package in which problems are handed on in every way.
func TestReasonsAreFoundInTheSource(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"codes.go": "package x\nconst (\n\tCodeInvalid = \"invalid\"\n\tCodeConflict = \"conflict\"\n\tCodeUnknownSKU = \"unknown_sku\"\n)\n",
		"doers.go": `package x
var doers = map[string]func(*run) error{"a.do": doA, "b.do": doB}
func doA(r *run) error {
	if r.odd() { return r.reject(problem(schema.CodeInvalid, "lines[0].sku", "it is odd")) }
	p := problem(schema.CodeConflict, "basedon", fmt.Sprintf("at revision %d", 7))
	if r.strict() { return r.reject(p) }
	return each(r.line, r.park(p))
}
func doB(r *run) error { return other(r) }
`,
		"helpers.go": `package x
func (r *run) line(path string) { missing = append(missing, problem(schema.CodeUnknownSKU, path+".sku", "no product "+path+"!")) }
func (b *builder) odd() bool { b.r.report(problem(schema.CodeInvalid, "", "left out")); return false }
func other(r *run) error { return r.wait(problem(schema.CodeUnknownSKU, "sku", "not yet")) }
func unused(r *run) error { return r.wait(problem(schema.CodeUnknownSKU, "sku", "never")) }
`,
		"x_test.go": "package x\nthis is not read\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := reasons(dir, filepath.Join(dir, "codes.go"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]schema.Reason{
		"a.do": {
			{Code: "invalid", Outcomes: []string{"rejected"}, Path: "data.lines[0].sku", Message: "it is odd"}, {Code: "invalid", Outcomes: []string{"applied"}, Message: "left out"},
			{Code: "conflict", Outcomes: []string{"parked", "rejected"}, Path: "basedon", Message: "at revision …"},
			{Code: "unknown_sku", Outcomes: []string{"parked"}, Path: "data.….sku", Message: "no product …!"},
		},
		"b.do": {{Code: "unknown_sku", Outcomes: []string{"waits"}, Path: "data.sku", Message: "not yet"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
