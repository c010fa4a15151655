package postgres

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// recording remembers every statement that a ledger runs.
type recording struct {
	ledgerTables
	mu  sync.Mutex
	ran map[string]int // how many parameters it was sent with
}

func (r *recording) Transact(grows bool, do func(commands.Conn) error) error {
	return r.ledgerTables.Transact(grows, func(c commands.Conn) error { return do(recorder{c, r}) })
}

func (r *recording) Read(ctx context.Context, do func(commands.Conn) error) error {
	return r.ledgerTables.Read(ctx, func(c commands.Conn) error { return do(recorder{c, r}) })
}

type recorder struct {
	commands.Conn
	of *recording
}

func (r recorder) Send(sql string, row func(commands.Row) error, args ...any) error {
	r.of.mu.Lock()
	r.of.ran[sql] = len(args)
	r.of.mu.Unlock()
	return r.Conn.Send(sql, row, args...)
}

// A ledger is kept for months, and its plans for as long as its connections: none may read a whole table, whether it was made while
// the tables were empty, or after the server had looked at them while they were small.
func TestNoStepOfACommandWalksTheSharedLedger(t *testing.T) {
	c := claim(server(t).NewDatabase(t), newSchema())
	s := open(t, c, Options{Tables: storetest.Tables()})
	defer closeStore(t, s)
	tables, err := s.ledgerTables()
	if err != nil {
		t.Fatal(err)
	}
	r := &recording{ledgerTables: tables, ran: map[string]int{}}
	l, err := commands.Open(r)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // looked at elsewhere
	clear(r.ran)    // the start may look at all that is open
	storetest.EveryStep(t, l)
	if len(r.ran) < 30 {
		t.Errorf("only %d statements were run: the test has shown little", len(r.ran))
	}
	for _, when := range []string{"never looked at", "looked at while small"} {
		conn, err := tables.pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for sql, args := range r.ran {
			n++
			for _, plan := range plansOf(t, conn, fmt.Sprint("p", len(when), "_", n), dollars(sql), args) {
				if walks(plan) {
					t.Errorf("%s: %s\n%s", when, sql, plan)
				}
			}
		}
		if _, err := conn.Exec(t.Context(), "ANALYZE"); err != nil {
			t.Fatal(err)
		}
		conn.Release()
	}
}

// plansOf are the scans of a statement's plan, each with its conditions, as a prepared statement has it for any parameters.
func plansOf(t *testing.T, c *pgxpool.Conn, name, sql string, args int) []string {
	t.Helper()
	if _, err := c.Exec(t.Context(), "PREPARE "+name+" AS "+sql); err != nil {
		t.Fatalf("prepare %s: %v", sql, err)
	}
	nulls := ""
	if args > 0 {
		nulls = "(" + strings.TrimSuffix(strings.Repeat("NULL, ", args), ", ") + ")"
	}
	rows, err := c.Query(t.Context(), "EXPLAIN (COSTS OFF) EXECUTE "+name+nulls)
	if err != nil {
		t.Fatalf("explain %s: %v", sql, err)
	}
	defer rows.Close()
	var scans []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(line, " on ") && strings.Contains(line, "Scan") {
			scans = append(scans, "")
		}
		if len(scans) > 0 {
			scans[len(scans)-1] += line + "\n"
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return scans
}

// few are conditions that leave all commands of a channel or in a state.
var few = regexp.MustCompile(`Index Cond: \(\(?(channel|state)\)?[^()]* = [^()]*\)\n`)

// walks says whether a scan reads more with every command that is kept.
func walks(scan string) bool {
	head, _, _ := strings.Cut(scan, "\n")
	if strings.Contains(head, "CTE Scan") || strings.Contains(head, "Subquery Scan") {
		return false
	}
	return !strings.Contains(scan, "Index Cond:") || strings.Contains(head, " on command") && few.MatchString(scan)
}

func TestWalksAreRecognised(t *testing.T) {
	for scan, want := range map[string]bool{
		"Seq Scan on command c\n  Filter: (x)\n":                                                                              true,
		"Index Scan using command_pkey on command\n  Filter: (x)\n":                                                           true,
		"Index Scan using command_channel_id_key on command p\n  Index Cond: (channel = $1)\n  Filter: (x)\n":                 true,
		"Index Scan using command_open on command\n  Index Cond: (state = 'applying'::text)\n":                                true,
		"Index Scan using command_pkey on command\n  Index Cond: (seq = $1)\n":                                                false,
		"Index Scan using command_provides on command p\n  Index Cond: ((channel = $1) AND (provides = $2))\n  Filter: (x)\n": false,
	} {
		if walks(scan) != want {
			t.Errorf("%q: %v", scan, !want)
		}
	}
}
