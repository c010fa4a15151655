package postgres

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// filled is a folder with a ledger in which every table has rows.
func filled(t *testing.T) string {
	t.Helper()
	folder, ctx, now := t.TempDir(), t.Context(), time.Now()
	l, err := ledger.Open(ctx, ledger.Options{Path: folder})
	must(t, err)
	storetest.EveryStep(t, l)
	command := func(id, workload string) *store.Command {
		return &store.Command{Channel: "shop", ID: id, Name: "order.place", Subject: "nul \x00 mark \x01", Workload: workload, Effect: "wish/" + id, Said: "said/" + id,
			Keys: []string{"order/" + id}, Body: []byte{0, 1, 255}, Received: now, Time: now}
	}
	for id, s := range map[string]store.Settlement{
		"done": {State: store.CommandApplied, Outcome: []byte{}, Odoo: store.OdooRecord{Model: "sale.order", ID: 7, Name: "S00007"}}, "waits": {State: store.CommandWaiting, WaitsFor: []string{"never"}, Due: now.Add(time.Hour)},
		"calling": {}, "old": {State: store.CommandRejected}, // nothing became of the former: its bridge was killed
	} {
		_, err := l.Claim(ctx, command(id, id))
		must(t, err)
		taken, err := l.Take(ctx, id, 1, now.Add(time.Hour))
		must(t, err)
		s.Seq, s.Now = taken[0].Seq, now
		must(t, l.Calling(ctx, s.Seq))
		must(t, l.Note(ctx, s.Seq, "mark", "nul \x00"))
		if s.State != "" {
			must(t, l.Settle(ctx, &s))
		}
	}
	must(t, l.Close())
	return folder
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// alter changes a ledger's file behind its back.
func alter(t *testing.T, folder, sql string) {
	t.Helper()
	c, err := capi.Open(filepath.Join(folder, "ledger.db"), capi.Patience)
	must(t, err)
	must(t, errors.Join(c.Exec(sql), c.Close()))
}

func fromFolder(t *testing.T, folder string) *ledger.Source {
	t.Helper()
	s, err := ledger.OpenSource(t.Context(), folder)
	must(t, err)
	return s
}

// rowsOf are all rows of all tables of a source, as texts in order.
func rowsOf(t *testing.T, s *ledger.Source) map[string][]string {
	t.Helper()
	tables, err := s.Tables()
	must(t, err)
	all := map[string][]string{}
	for _, table := range tables {
		rows, err := s.Rows(table)
		must(t, err)
		all[table.Name] = nil
		for rows.Next() {
			values, err := rows.Values()
			must(t, err)
			all[table.Name] = append(all[table.Name], fmt.Sprintf("%#v", values))
		}
		must(t, rows.Err())
		rows.Close()
		slices.Sort(all[table.Name])
	}
	return all
}

// movedRows are the same in a shared ledger.
func movedRows(t *testing.T, c Claim, s *ledger.Source) map[string][]string {
	t.Helper()
	tables, err := s.Tables()
	must(t, err)
	conn, all := server(t).Connect(t, c.DSN), map[string][]string{}
	for _, table := range tables {
		columns := make([]string, len(table.Columns))
		for i, name := range table.Columns {
			columns[i] = describe.Quote(name)
		}
		rows, err := conn.Query(t.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+pgx.Identifier{c.Schema, table.Name}.Sanitize())
		must(t, err)
		all[table.Name] = nil
		for rows.Next() {
			values, err := rows.Values()
			must(t, err)
			for i, value := range values {
				if text, ok := value.(string); ok {
					values[i] = restored(text)
				}
			}
			all[table.Name] = append(all[table.Name], fmt.Sprintf("%#v", values))
		}
		must(t, rows.Err())
		slices.Sort(all[table.Name])
	}
	return all
}

func sameRows(t *testing.T, want, got map[string][]string) {
	t.Helper()
	if len(want) < 9 {
		t.Errorf("only %d tables: the list of them is broken", len(want))
	}
	for table, rows := range want {
		if len(rows) == 0 {
			t.Errorf("table %s has no rows: the test has shown nothing of it", table)
		}
		if !slices.Equal(rows, got[table]) {
			t.Errorf("table %s has other rows:\n%s\nwant\n%s", table, strings.Join(got[table], "\n"), strings.Join(rows, "\n"))
		}
	}
}

// TestALedgerIsMovedRowForRow moves a ledger in which every table has rows, and goes on with it.
func TestALedgerIsMovedRowForRow(t *testing.T) {
	c, folder := claim(server(t).NewDatabase(t), newSchema()), filled(t)
	alter(t, folder, "UPDATE sqlite_sequence SET seq = seq + 1000 WHERE name = 'command'") // the newest were trimmed
	before := told(t, folder)
	s := fromFolder(t, folder)
	want := rowsOf(t, s)
	moved, err := MoveLedger(t.Context(), c.DSN, c.Schema, s)
	must(t, err)
	sameRows(t, want, movedRows(t, c, s))
	for table, rows := range want {
		if moved.Rows[table] != int64(len(rows)) {
			t.Errorf("%d rows of %s are said to be moved, want %d", moved.Rows[table], table, len(rows))
		}
	}
	must(t, errors.Join(s.Retire(), s.Close()))
	if left, err := ledger.Unmoved(t.Context(), folder); left || err != nil || !ledger.Moved(folder) {
		t.Errorf("after the move there is a ledger still: %v, %v", left, err)
	}

	l := openLedger(t, c)
	defer func() { must(t, l.Close()) }()
	if after := tell(t, l); after != before {
		t.Errorf("the moved ledger tells\n%s\nwant\n%s", after, before)
	}
	again := func(id string) *store.Command {
		return &store.Command{Channel: "shop", ID: id, Workload: "again", Effect: "wish/done", Keys: []string{"k/" + id}, Body: []byte("{}"), Received: time.Now()}
	}
	claimed, err := l.Claim(t.Context(), again("done"), again("of the same effect"))
	must(t, err)
	if first := claimed[0].First; first == nil || first.State != store.CommandApplied || first.Odoo.ID != 7 {
		t.Errorf("a command that was settled before the move is claimed anew: %+v", claimed[0])
	}
	if claimed[1].Seq <= 1000 {
		t.Errorf("number %d was given before the move", claimed[1].Seq)
	}
	taken, err := l.Take(t.Context(), "again", 2, time.Now())
	must(t, err)
	if len(taken) != 1 || taken[0].First == nil || taken[0].First.ID != "done" {
		t.Errorf("who had the same effect before the move is not known: %+v", taken)
	}
	if n, err := l.Recover(t.Context(), time.Now(), time.Now()); n != 2 || err != nil { // one is taken just now
		t.Errorf("%d commands are received again, want the one that Odoo may be at work for, and the one just taken; %v", n, err)
	}
}

// told is what the ledger of a folder tells by the interface.
func told(t *testing.T, folder string) string {
	t.Helper()
	l, err := ledger.Open(t.Context(), ledger.Options{Path: folder})
	must(t, err)
	defer func() { must(t, l.Close()) }()
	return tell(t, l)
}

func tell(t *testing.T, l store.Ledger) string {
	t.Helper()
	ctx, b := t.Context(), &strings.Builder{}
	say := func(value any, err error) { must(t, err); fmt.Fprintf(b, "%+v\n", value) }
	list, err := l.Commands(ctx, store.CommandFilter{Limit: 1000})
	must(t, err)
	for _, found := range list {
		one, _, err := l.Command(ctx, found.Channel, found.ID)
		say(one, err)
		results, err := l.Results(ctx, one.Seq)
		say(results, err)
		steps, err := l.Steps(ctx, one.Seq)
		say(steps, err)
	}
	trail, err := l.Audit(ctx, store.AuditFilter{Limit: 1000})
	say(trail, err)
	bound, err := l.Bindings(ctx, time.Time{}, "", 1000)
	say(bound, err)
	unsent, err := l.Unsent(ctx, 0, 1000)
	say(unsent, err)
	counts, err := l.Counts(ctx)
	say(len(counts), err)
	return b.String()
}

// TestTwoLedgersAreNotMixed moves a ledger to where there is one, and one that was changed after it was copied.
func TestTwoLedgersAreNotMixed(t *testing.T) {
	c, folder := claim(server(t).NewDatabase(t), newSchema()), filled(t)
	s := fromFolder(t, folder)
	_, err := MoveLedger(t.Context(), c.DSN, c.Schema, s)
	must(t, err)
	moved, err := MoveLedger(t.Context(), c.DSN, c.Schema, s)
	if err != nil || !moved.Before {
		t.Errorf("the same once more: %+v, %v", moved, err)
	}
	there := movedRows(t, c, s)
	must(t, s.Close())
	told(t, folder) // a bridge has it
	for name, other := range map[string]string{"the same, changed meanwhile": folder, "another": filled(t)} {
		s := fromFolder(t, other)
		mine := rowsOf(t, s)
		if _, err := MoveLedger(t.Context(), c.DSN, c.Schema, s); !errors.Is(err, ErrLedgerThere) {
			t.Errorf("%s: %v", name, err)
		}
		sameRows(t, mine, rowsOf(t, s))
		sameRows(t, there, movedRows(t, c, s))
		must(t, s.Close())
	}
}

// TestWhoeverOpensAMovedLedgerKnowsHowItWasLeft moves ledgers of bridges that were killed, or lost their power.
func TestWhoeverOpensAMovedLedgerKnowsHowItWasLeft(t *testing.T) {
	for name, left := range map[string]struct {
		set  string
		want string
	}{
		"in order":               {"", "1 synced"},
		"the process was killed": {"UPDATE closed SET orderly = 0", "0 synced"},
		"power lost":             {"UPDATE closed SET orderly = 0, boot = 'another start'", "0 unrecovered"},
		"power lost, and closed": {"UPDATE closed SET orderly = 1, boot = 'unrecovered'", "1 unrecovered"},
	} {
		t.Run(name, func(t *testing.T) {
			c, folder := claim(server(t).NewDatabase(t), newSchema()), filled(t)
			alter(t, folder, left.set)
			s := fromFolder(t, folder)
			_, err := MoveLedger(t.Context(), c.DSN, c.Schema, s)
			must(t, errors.Join(err, s.Close()))
			var got string
			must(t, server(t).Connect(t, c.DSN).QueryRow(t.Context(), "SELECT orderly || ' ' || boot FROM "+describe.Quote(c.Schema)+".closed").Scan(&got))
			if got != left.want {
				t.Errorf("it was left %q, want %q", got, left.want)
			}
		})
	}
}

// moveWork, where to stop and a folder are what a child does that moves a ledger.
const moveWork = "move "

// stopping is a source with which the process comes to a stop.
type stopping struct {
	commands.Source
	at string
}

func (s stopping) stop(at string) {
	if s.at == at {
		fmt.Println(at)
		select {} // until it is killed
	}
}

func (s stopping) Rows(t commands.Table) (commands.Rows, error) {
	s.stop(t.Name)
	return s.Source.Rows(t)
}

func (s stopping) Left() (orderly, powerLost bool, err error) {
	s.stop("copied")
	return s.Source.Left()
}

func childMove(ctx context.Context, dsn, schema, work string) error {
	at, folder, _ := strings.Cut(work, " ")
	from, err := ledger.OpenSource(ctx, folder)
	if err != nil {
		return err
	}
	s := stopping{from, at}
	if _, err := MoveLedger(ctx, dsn, schema, s); err != nil {
		return err
	}
	s.stop("committed")
	return errors.New("it was not stopped")
}

// TestAMoveThatIsKilledIsFinishedByTheNext kills the process that moves a ledger while it copies, before it commits and before it renames.
func TestAMoveThatIsKilledIsFinishedByTheNext(t *testing.T) {
	c, folder := claim(server(t).NewDatabase(t), newSchema()), filled(t)
	for _, at := range []string{"audit", "said", "copied", "committed"} {
		storetest.Killed(t, 0, variables(c, moveWork+at+" "+folder)...)
		awaitFree(t, c)
		s := fromFolder(t, folder)
		want, got := rowsOf(t, s), movedRows(t, c, s)
		if at == "committed" {
			sameRows(t, want, got)
		} else {
			for table, rows := range got {
				if len(rows) > 0 {
					t.Errorf("killed at %s: table %s has %d rows", at, table, len(rows))
				}
			}
		}
		must(t, s.Close())
	}
	s := fromFolder(t, folder)
	want := rowsOf(t, s)
	moved, err := MoveLedger(t.Context(), c.DSN, c.Schema, s)
	if err != nil || !moved.Before {
		t.Errorf("after the copy was committed: %+v, %v", moved, err)
	}
	sameRows(t, want, movedRows(t, c, s))
	must(t, errors.Join(s.Retire(), s.Close()))
	if _, err := ledger.OpenSource(t.Context(), folder); !errors.Is(err, ledger.ErrNone) {
		t.Errorf("after the rename: %v", err)
	}
}

// awaitFree returns when the server knows that the former process is gone.
func awaitFree(t *testing.T, c Claim) {
	t.Helper()
	testkit.Eventually(t, patience, func() bool {
		s, err := visitStore(t.Context(), c.DSN, c.Schema, true)
		if errors.Is(err, store.ErrInUse) {
			return false
		}
		must(t, err)
		must(t, s.Close())
		return true
	}, nil)
}
