package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

// newUnmoved is what a shop leaves behind that is given a shared store: three parked commands in a ledger of its own.
func newUnmoved(t *testing.T) *stopped {
	t.Helper()
	s := newStopped(t, true)
	s.alone(s.park)
	return s
}

// alone does something with the ledger of the folder.
func (s *stopped) alone(do func()) {
	shared := s.dsn
	s.dsn = ""
	do()
	s.dsn = shared
}

func (s *stopped) has(names ...string) {
	s.t.Helper()
	for _, name := range []string{"ledger.db", "ledger.db.moved"} {
		want := false
		for _, n := range names {
			want = want || n == name
		}
		if _, err := os.Stat(filepath.Join(s.folder, name)); (err == nil) != want {
			s.t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
}

// hints looks whether the verbs that work without a bridge say that there is a ledger which they do not show.
func (s *stopped) hints(want bool) {
	s.t.Helper()
	for _, verb := range [][]string{{"trace", "50-one"}, {"exceptions", "list"}, {"audit"}, {"parked", "list"}, {"status"}} {
		_, _, text := s.run(verb...)
		if got := strings.Count(text, "note: ledger.db in "+s.folder+" was not moved"); (got == 1) != want || got > 1 {
			s.t.Errorf("%v says it %d times, want it to: %v\n%s", verb, got, want, text)
		}
		_, out, text := s.run(append(verb, "--json")...)
		line, _, _ := strings.Cut(text, "\n")
		var said struct {
			Note   string
			Ledger string `json:"unmoved_ledger"`
		}
		if err := json.Unmarshal([]byte(line), &said); (err == nil && said.Note != "" && said.Ledger == filepath.Join(s.folder, "ledger.db")) != want {
			s.t.Errorf("%v --json says %q, want it to: %v", verb, text, want)
		}
		var told struct {
			Unmoved string `json:"unmoved_ledger"`
		}
		if verb[0] != "trace" {
			continue
		}
		if err := json.Unmarshal([]byte(out), &told); err != nil || (told.Unmoved != "") != want {
			s.t.Errorf("the trace has %q, %v, want it to: %v", told.Unmoved, err, want)
		}
	}
}

// TestNoBridgeWithASharedStoreForgetsALedgerOfItsOwn starts a bridge where a ledger was left behind, moves that, and looks what the shared one has.
func TestNoBridgeWithASharedStoreForgetsALedgerOfItsOwn(t *testing.T) {
	s := newUnmoved(t)
	for _, verb := range []string{"run", "resync"} {
		code, _, text := s.run(verb)
		if code != exitUsage || !strings.Contains(text, "was not moved") || !strings.Contains(text, "odoobridge ledger move") || !strings.Contains(text, s.folder) {
			t.Errorf("%s: %d %s", verb, code, text)
		}
	}
	ledgerFinding := func() string {
		var result checkResult
		_, out, _ := s.run("check", "--json")
		s.must(json.Unmarshal([]byte(out), &result))
		f, _ := find(result.Findings, "store.ledger")
		return string(f.Severity)
	}
	if got := ledgerFinding(); got != "fail" {
		t.Errorf("check says %q of a ledger that was left behind", got)
	}
	s.has("ledger.db")
	_, closeShared := s.open() // another machine's bridge has made the shared store
	closeShared()
	s.hints(true)

	code, out, text := s.run("ledger", "move")
	if code != exitFine || !strings.Contains(out, "3 commands") || text != "" {
		t.Errorf("move: %d %s%s", code, out, text)
	}
	s.has("ledger.db.moved")
	if got := ledgerFinding(); got != "ok" {
		t.Errorf("check says %q after the move", got)
	}
	s.hints(false)
	if code, out, text := s.run("exceptions", "list"); code != exitFine || strings.Count(out, "unknown_sku") != 3 {
		t.Errorf("the shared ledger: %d %s%s", code, out, text)
	}
	code, out, text = s.run("ledger", "move", "--json")
	var moved movedLedger
	if err := json.Unmarshal([]byte(out), &moved); err != nil || code != exitFine || !moved.OK || !moved.Before {
		t.Errorf("move once more: %d %s%s %v", code, out, text, err)
	}
}

// TestALedgerIsNotMovedBesideABridgeOrIntoAnother moves it while one or the other is at work, and where the shared one has commands.
func TestALedgerIsNotMovedBesideABridgeOrIntoAnother(t *testing.T) {
	s := newUnmoved(t)
	refused := func(why string) {
		t.Helper()
		code, _, text := s.run("ledger", "move")
		if code != exitFailed || !strings.Contains(text, why) || !strings.Contains(text, "nothing was changed") {
			t.Errorf("%d %s; want %q", code, text, why)
		}
		s.has("ledger.db")
	}
	var closeAll func()
	s.alone(func() { _, closeAll = s.open() })
	refused("Stop the bridge first")
	closeAll()
	_, closeAll = s.open()
	refused("Stop it")
	closeAll()

	l, closeAll := s.open()
	_, err := l.Claim(t.Context(), &store.Command{Channel: "shop", ID: "another", Workload: "orders", Keys: []string{"order/another"}, Body: []byte("{}")})
	s.must(err)
	closeAll()
	refused("are not from this ledger.db")

	alone := newStopped(t, false)
	if code, _, text := alone.run("ledger", "move"); code != exitUsage || !strings.Contains(text, "store.dsn is not set") {
		t.Errorf("without a shared store: %d %s", code, text)
	}
	none := newStopped(t, true)
	if code, _, text := none.run("ledger", "move"); code != exitFailed || !strings.Contains(text, "there is no ledger") {
		t.Errorf("without a ledger: %d %s", code, text)
	}
}
