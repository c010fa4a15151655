package ledger

import (
	"context"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/readers"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// recording remembers every statement that a ledger runs.
type recording struct {
	*database
	mu  sync.Mutex
	ran map[string]bool
}

func (r *recording) Transact(grows bool, do func(commands.Conn) error) error {
	return r.database.Transact(grows, func(c commands.Conn) error { return do(recorder{c, r}) })
}

func (r *recording) Read(ctx context.Context, do func(commands.Conn) error) error {
	return r.database.Read(ctx, func(c commands.Conn) error { return do(recorder{c, r}) })
}

type recorder struct {
	commands.Conn
	of *recording
}

func (r recorder) Send(sql string, row func(commands.Row) error, args ...any) error {
	r.of.mu.Lock()
	r.of.ran[sql] = true
	r.of.mu.Unlock()
	return r.Conn.Send(sql, row, args...)
}

// walks is a plan that reads more with every command that is kept: a whole table, or all commands of a channel or state.
var walks = regexp.MustCompile(`SCAN (command|key|wait|note|said|result|audit)|command USING .*\((channel|state)=\?\)$`)

// A ledger is kept for months: what is done for each command must not take longer with each that was kept.
func TestNoStepOfACommandWalksTheLedger(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, fileName)
	r := &recording{ran: map[string]bool{}, database: &database{
		options: Options{Path: dir}, file: file, readers: readers.New(file, readers.Options{Conns: readConns, Cache: readerCache})}}
	if err := r.open(); err != nil {
		t.Fatal(err)
	}
	l, err := commands.Open(r)
	if err != nil {
		t.Fatal(err)
	}
	defer closeIt(t, l)
	clear(r.ran) // the start may look at all that is open
	storetest.EveryStep(t, l)
	if len(r.ran) < 30 {
		t.Errorf("only %d statements were run: the test has shown little", len(r.ran))
	}
	for sql := range r.ran {
		err := r.database.Read(t.Context(), func(c commands.Conn) error {
			return c.Send("EXPLAIN QUERY PLAN "+sql, func(q commands.Row) error {
				if plan := q.ColumnText(3); walks.MatchString(plan) {
					t.Errorf("%s: %s", plan, sql)
				}
				return nil
			})
		})
		if err != nil {
			t.Errorf("explain %s: %v", sql, err)
		}
	}
}
