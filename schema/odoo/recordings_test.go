package odoo_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

var update = flag.Bool("update", false, "write the golden files anew; review the difference against the contract")

// TestRecordingsGiveTheEventsOfTheGoldenFiles plays what was recorded of a
// real Odoo. Each file holds a list of events for each transaction, the setup's first.
func TestRecordingsGiveTheEventsOfTheGoldenFiles(t *testing.T) {
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			b := newBridge(t, release, nil)
			for _, r := range testkit.Recordings(t, release) {
				if len(r.Setup)+len(r.Transactions) == 0 {
					continue
				}
				got := []any{}
				for _, tx := range append(r.Setup, r.Transactions...) {
					events := b.play(tx)
					if events == nil {
						events = []happened{}
					}
					got = append(got, events)
				}
				golden(t, filepath.Join("testdata", "golden", release, r.Number+"-"+r.Name+".json"), got)
			}
		})
	}
}

func golden(t *testing.T, path string, got any) {
	t.Helper()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, text.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is missing: run with -update and review it", path)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("%s (-want +got)\n%s", path, diff)
	}
}
