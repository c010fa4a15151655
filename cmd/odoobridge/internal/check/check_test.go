package check

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNoQuestionTakesTheOthersDown(t *testing.T) {
	questions := []Question{
		{Code: "panics", Ask: func(context.Context) ([]Finding, error) { panic("oh") }},
		{Code: "errs", Ask: func(context.Context) ([]Finding, error) { return []Finding{Good("errs", "half")}, errors.New("no") }},
		{Code: "hangs", Timeout: time.Millisecond, Ask: func(ctx context.Context) ([]Finding, error) { <-ctx.Done(); return nil, ctx.Err() }},
		{Code: "skips", Ask: func(context.Context) ([]Finding, error) { return nil, &SkipError{"no connection"} }},
		{Code: "answers", Ask: func(context.Context) ([]Finding, error) { return []Finding{Good("answers", "well")}, nil }},
	}
	var told int
	found := Run(context.Background(), questions, func(f []Finding) { told += len(f) })
	var got []string
	for _, f := range found {
		got = append(got, string(f.Severity)+" "+f.Code+": "+f.What)
	}
	want := []string{"fail panics: could not be looked at: oh", "ok errs: half", "fail errs: could not be looked at: no",
		"fail hangs: no answer within 1ms", "skip skips: not looked at: no connection", "ok answers: well"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if told != len(found) || !Failed(found) || Count(found) != (Summary{OK: 2, Fail: 3, Skip: 1}) {
		t.Errorf("told %d of %d, %+v", told, len(found), Count(found))
	}
}

func TestBeingStoppedStopsAsking(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	asked := 0
	q := Question{Code: "q", Ask: func(context.Context) ([]Finding, error) { asked++; cancel(); return nil, nil }}
	Run(ctx, []Question{q, q, q}, nil)
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

var sample = Finding{Severity: Fail, Code: "postgres.wal_level", What: "wal_level is replica,\nnot logical", Why: "only then", Remedy: "restart",
	SQL: []string{"ALTER SYSTEM SET wal_level = 'logical'"}}

func TestFindingsAreAlignedWithTheirRemedy(t *testing.T) {
	var b bytes.Buffer
	Style{}.Print(&b, sample)
	want := "✗ postgres.wal_level               wal_level is replica, not logical\n  only then\n  → restart\n      ALTER SYSTEM SET wal_level = 'logical';\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.Reset()
	Style{ASCII: true}.Print(&b, sample)
	for _, c := range b.String() {
		if c > '~' {
			t.Errorf("%q is not ASCII in:\n%s", c, b.String())
		}
	}
	b.Reset()
	Style{Colour: true}.Print(&b, sample)
	if !strings.Contains(b.String(), "\x1b[31m✗\x1b[0m") {
		t.Errorf("no colour: %q", b.String())
	}
}

func TestTheTerminalDecidesTheStyle(t *testing.T) {
	env := func(pairs ...string) func(string) (string, bool) {
		return func(name string) (string, bool) {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1], true
				}
			}
			return "", false
		}
	}
	for _, tc := range []struct {
		terminal bool
		env      func(string) (string, bool)
		want     Style
	}{
		{true, env("LANG", "de_DE.UTF-8"), Style{Colour: true}},
		{true, env("LANG", "de_DE.UTF-8", "NO_COLOR", ""), Style{}},
		{false, env("LANG", "C.utf8"), Style{}},
		{true, env("LC_ALL", "C", "LANG", "de_DE.UTF-8"), Style{Colour: true, ASCII: true}},
		{true, env("TERM", "dumb"), Style{ASCII: true}},
	} {
		if got := StyleFor(tc.terminal, tc.env); got != tc.want {
			t.Errorf("got %+v, want %+v", got, tc.want)
		}
	}
}
