package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGeneratedFilesAreCurrent(t *testing.T) {
	root := filepath.Join("..", "..")
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Errorf("%v: run go generate ./schema", err)
			continue
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is not current, run go generate ./schema: %s", name, diff)
		}
	}
	left, err := filepath.Glob(filepath.Join(root, "json", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range left {
		if _, wanted := files["json/"+filepath.Base(path)]; !wanted {
			t.Errorf("%s is generated no more: remove it", path)
		}
	}
}
