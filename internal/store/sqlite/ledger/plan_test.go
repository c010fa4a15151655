package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/readers"
)

// recording remembers every statement that a ledger runs.
type recording struct {
	*database
	mu  sync.Mutex
	ran map[string]bool
}

func (r *recording) Transact(synced, grows bool, do func(commands.Conn) error) error {
	return r.database.Transact(synced, grows, func(c commands.Conn) error { return do(recorder{c, r}) })
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
	ctx, now := t.Context(), time.Now()
	claim := func(id string) *store.Command {
		c := &store.Command{Channel: "shop", ID: id, Workload: "orders", Effect: "e" + id, Said: "s" + id, Time: now, Keys: []string{"order/" + id, "customer/1"}, Provides: "p" + id, Received: now}
		if _, err := l.Claim(ctx, c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	result := []store.Result{{ID: "r"}}
	audit := []store.AuditEntry{{Time: now, Action: "applied"}}
	for i, state := range []store.CommandState{store.CommandApplied, store.CommandWaiting, store.CommandParked, store.CommandReceived} {
		c := claim(fmt.Sprint(i))
		taken, err := l.Take(ctx, "orders", 1, now.Add(time.Hour))
		if err != nil || len(taken) != 1 {
			t.Fatalf("took %v: %v", taken, err)
		}
		s := &store.Settlement{Seq: taken[0].Seq, State: state, Now: now, Due: now.Add(2 * time.Hour), WaitsFor: []string{"x"}, Provided: "y", Results: result, Audit: audit,
			Bindings: []store.Binding{{ExternalID: "a.b", Model: "m", Record: 1}}}
		_, known, err := l.Command(ctx, c.Channel, c.ID)
		_, _, boundErr := l.Bound(ctx, "a.b")
		_, wakeErr := l.Wake(ctx, "", []string{"x"}, now, "bridge")
		_, dueErr := l.NextDue(ctx, "orders")
		unsent, unsentErr := l.Unsent(ctx, 0, 10)
		if err := errors.Join(err, boundErr, wakeErr, dueErr, unsentErr, l.Calling(ctx, s.Seq), l.Note(ctx, s.Seq, "k", "v"), l.Settle(ctx, s)); err != nil || !known {
			t.Fatal(known, err)
		}
		if state == store.CommandParked {
			if _, err := l.Decide(ctx, &store.Decision{Channel: c.Channel, ID: taken[0].ID, State: store.CommandReceived, Now: now, Edited: c}); err != nil {
				t.Fatal(err)
			}
		}
		for _, u := range unsent {
			if err := l.MarkSent(ctx, []int64{u.Number}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(r.ran) < 30 {
		t.Errorf("only %d statements were run: the test has shown little", len(r.ran))
	}
	for sql := range r.ran {
		err := r.database.Read(ctx, func(c commands.Conn) error {
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
