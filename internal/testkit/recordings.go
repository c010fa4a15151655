package testkit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Recording is one business action on a real Odoo: what was asked by API, what
// it answered, and what it wrote.
type Recording struct {
	Number       string          `json:"-"` // "13"
	Name         string          `json:"name"`
	What         string          `json:"what"`
	Calls        []RecordedCall  `json:"calls"`
	Setup        []RecordedTx    `json:"setup_transactions"` // just before
	Transactions []RecordedTx    `json:"transactions"`
	SQL          []RecordedSQLTx `json:"-"` // Setup and Transactions, as far as they touch known tables
}

// RecordedCall is one request of JSON-RPC and its answer.
type RecordedCall struct {
	Request  json.RawMessage `json:"request"`
	Response json.RawMessage `json:"response"`
}

// RecordedTx is one transaction as logical decoding gave it.
type RecordedTx struct {
	XID        string           `json:"xid"`
	CommitLSN  string           `json:"commit_lsn"`
	CommitTime string           `json:"commit_time"`
	Changes    []RecordedChange `json:"changes"`
}

// RecordedChange is one row. Of tables outside the baseline only Kind and Table
// are known.
type RecordedChange struct {
	Kind     string         `json:"kind"` // I, U, D
	Table    string         `json:"table"`
	Columns  map[string]any `json:"columns"`  // numbers are json.Number
	Identity map[string]any `json:"identity"` // the key, for U and D
}

// RecordedSQLTx is one transaction as statements, without BEGIN and COMMIT.
type RecordedSQLTx struct{ Statements []string }

// String is the transaction as one script.
func (tx RecordedSQLTx) String() string {
	return "BEGIN;\n" + strings.Join(tx.Statements, "\n") + "\nCOMMIT;\n"
}

// Recordings are those of a release in their order. Played in it from the
// baseline on, they give the rows the real database had.
func Recordings(t testing.TB, release string) []Recording {
	t.Helper()
	dir := filepath.Join(OdooData(t, release), "recordings")
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recordings in %s (%v)", dir, err)
	}
	slices.Sort(paths)
	all := make([]Recording, 0, len(paths))
	for _, path := range paths {
		r, err := readRecording(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func readRecording(path string) (Recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return Recording{}, err
	}
	defer func() { _ = f.Close() }()
	var r Recording
	dec := json.NewDecoder(f)
	dec.UseNumber()
	if err := dec.Decode(&r); err != nil {
		return Recording{}, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	r.Number, _, _ = strings.Cut(filepath.Base(path), "-")
	sql, err := os.ReadFile(strings.TrimSuffix(path, ".json") + ".sql")
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil // it wrote nothing
	}
	if err != nil {
		return Recording{}, err
	}
	r.SQL, err = splitSQL(string(sql))
	if err != nil {
		return Recording{}, fmt.Errorf("split the SQL of %s: %w", filepath.Base(path), err)
	}
	return r, nil
}

// splitSQL cuts a script at its semicolons outside quotes and gathers what is
// between BEGIN and COMMIT.
func splitSQL(script string) ([]RecordedSQLTx, error) {
	var txs []RecordedSQLTx
	var open *RecordedSQLTx
	for _, statement := range splitStatements(script) {
		switch {
		case statement == "BEGIN;":
			if open != nil {
				return nil, errors.New("BEGIN inside a transaction")
			}
			open = &RecordedSQLTx{}
		case open == nil:
			return nil, fmt.Errorf("outside a transaction: %s", firstLine(statement))
		case statement == "COMMIT;":
			txs = append(txs, *open)
			open = nil
		default:
			open.Statements = append(open.Statements, statement)
		}
	}
	if open != nil {
		return nil, errors.New("the last transaction has no COMMIT")
	}
	return txs, nil
}

// splitStatements relies on standard_conforming_strings: a quote inside a
// literal is doubled, which looks like two literals and cuts the same.
func splitStatements(script string) []string {
	var statements []string
	start, quoted := 0, false
	for i := range len(script) {
		switch script[i] {
		case '\'':
			quoted = !quoted
		case ';':
			if !quoted {
				statements = append(statements, strings.TrimSpace(script[start:i+1]))
				start = i + 1
			}
		}
	}
	return statements
}
