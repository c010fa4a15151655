package postgres

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
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
	leading := leadingColumns(t, tables.pool)
	for _, when := range []string{"never looked at", "looked at while small"} {
		conn, err := tables.pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for sql, args := range r.ran {
			n++
			for _, plan := range plansOf(t, conn, fmt.Sprint("p", len(when), "_", n), dollars(sql), args) {
				if walks(plan, leading) {
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

// leadingColumns are the first column of each index, by its name.
func leadingColumns(t *testing.T, pool *pgxpool.Pool) map[string]string {
	t.Helper()
	rows, err := pool.Query(t.Context(), "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid, 1, false) FROM pg_index WHERE indrelid::regclass::text !~ '^pg_'")
	if err != nil {
		t.Fatal(err)
	}
	leading := map[string]string{}
	var index, column string
	if _, err := pgx.ForEachRow(rows, []any{&index, &column}, func() error { leading[index] = column; return nil }); err != nil {
		t.Fatal(err)
	}
	return leading
}

// few are conditions that leave all commands of a channel or in a state.
var few = regexp.MustCompile(`Index Cond: \(\(?(channel|state)\)?[^()]* = [^()]*\)\n`)

var indexOf = regexp.MustCompile(`^\W*Index (?:Only )?Scan (?:Backward )?using (\w+) on `)

// walks says whether a scan reads more with every command that is kept: it has no condition on the first column of its index.
func walks(scan string, leading map[string]string) bool {
	head, _, _ := strings.Cut(scan, "\n")
	if strings.Contains(head, "CTE Scan") || strings.Contains(head, "Subquery Scan") {
		return false
	}
	index := indexOf.FindStringSubmatch(head)
	if index == nil {
		return true
	}
	_, conditions, _ := strings.Cut(scan, "Index Cond: ")
	conditions, _, _ = strings.Cut(conditions, "\n")
	led := regexp.MustCompile(`\(` + regexp.QuoteMeta(leading[index[1]]) + `(\)::text)? [<=>]`)
	return leading[index[1]] == "" || !led.MatchString(conditions) || strings.Contains(head, " on command") && few.MatchString(scan)
}

func TestWalksAreRecognised(t *testing.T) {
	leading := map[string]string{"command_pkey": "seq", "command_channel_id_key": "channel", "command_open": "state", "command_provides": "channel", "key_pkey": "key", "key_seq": "seq"}
	for scan, want := range map[string]bool{
		"Seq Scan on command c\n  Filter: (x)\n":                                                                                  true,
		"Index Scan using command_pkey on command\n  Filter: (x)\n":                                                               true,
		"Index Scan using command_channel_id_key on command p\n  Index Cond: (channel = $1)\n  Filter: (x)\n":                     true,
		"Index Scan using command_open on command\n  Index Cond: (state = 'applying'::text)\n":                                    true,
		"Index Scan using command_pkey on command\n  Index Cond: (seq = $1)\n":                                                    false,
		"Index Scan using command_provides on command p\n  Index Cond: ((channel = $1) AND (provides = $2))\n  Filter: (x)\n":     false,
		"->  Index Scan using key_pkey on key other\n  Index Cond: ((state = 'w'::text) AND (seq < $1))\n  Filter: (place = 0)\n": true,
		"->  Index Only Scan using key_pkey on key other\n  Index Cond: ((key = own.key) AND (state = 'w'::text))\n":              false,
		"->  Index Scan using key_seq on key own\n  Index Cond: (seq = command.seq)\n":                                            false,
		"->  Bitmap Heap Scan on key own\n  Recheck Cond: (seq = command.seq)\n":                                                  true,
	} {
		if walks(scan, leading) != want {
			t.Errorf("%q: %v", scan, !want)
		}
	}
}
