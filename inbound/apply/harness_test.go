package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(killedJob); path != "" {
		os.Exit(dieAsTold(path))
	}
	testkit.Main(m)
}

// lab is an executor before a simulated Odoo, with a look at its database and a hand
// on the wire between them.
type lab struct {
	t      *testing.T
	x      *Executor
	config *config.Config
	shop   *config.Channel
	db     *pgx.Conn
	wire   *wire
	noting sync.Mutex
	notes  map[string]map[string]string // what was noted, by channel and command id
	refuse error                        // what the mark that Odoo is called comes to
	bound  map[string]command.Binding   // what outcomes said of ids
	sender string                       // the channel that sends
	// what the commands are based on, and for what they were parked before
	basedOn int64
	parked  string
	at      func(step string) error // the failpoint
}

// wire stands between the executor and Odoo.
type wire struct {
	mu    sync.Mutex
	odoo  http.Handler
	lose  bool     // the answer to a call that changes something, after
	skip  int      // so many others
	reads int      // how many calls that read are answered until the answer to one is lost; 0: all
	calls []string // "model.method" of what was called
	// companies counts them by the companies that they work in
	companies map[string]int
	bare      int // how many came by JSON-2
	// forbid is what the user may not do: "model.method"
	forbid string
	books  *books
	may    atomic.Pointer[odoosim.Rights] // of the bridge's user; nil: everything
	before atomic.Pointer[func(string)]   // is told of the next call, "model.method", before Odoo is
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	lose, faked, isFaked := false, any(nil), false
	call, isCall := callIn(r.URL.Path, body)
	if isCall {
		if tell := w.before.Load(); tell != nil {
			(*tell)(call.model + "." + call.method)
		}
		w.mu.Lock()
		w.calls = append(w.calls, described(call.model+"."+call.method, call.args))
		if call.bare {
			w.bare++
		}
		if w.companies == nil {
			w.companies = map[string]int{}
		}
		w.companies[worksIn(call)]++
		if w.lose && !slices.Contains(reading, call.method) {
			if w.skip--; w.skip < 0 {
				lose, w.lose = true, false
			}
		}
		if w.reads > 0 && changeNothing[call.method] {
			w.reads--
			lose = w.reads == 0
		}
		w.mu.Unlock()
		if faked, isFaked = w.mailing(call); !isFaked {
			faked, isFaked = w.books.call(call.model, call.method, call.args, call.named)
		}
		call.failed = isFaked && isError(faked)
	}
	answer := httptest.NewRecorder()
	if isCall && call.model+"."+call.method == w.forbid {
		faked, isFaked, call.failed = accessError("You are not allowed to create 'Model Data'"), true, true
	}
	if isFaked {
		_ = json.NewEncoder(answer).Encode(call.answer(faked))
	} else {
		again := r.Clone(context.WithoutCancel(r.Context()))
		again.Body = io.NopCloser(bytes.NewReader(body))
		w.odoo.ServeHTTP(answer, again)
	}
	if lose {
		if conn, _, err := http.NewResponseController(rw).Hijack(); err == nil {
			_, _ = conn.Write([]byte("HTTP/1.1 2"))
			_ = conn.Close()
		}
		return
	}
	rw.WriteHeader(answer.Code)
	_, _ = rw.Write(answer.Body.Bytes())
}

// reading are the methods that change nothing.
var reading = []string{"search_read", "read", "search", "check_object_reference", "action_view_inventory"}

// changeNothing are all of those that do.
var changeNothing = map[string]bool{
	"search_read": true, "read": true, "check_object_reference": true, "fields_get": true, "has_group": true, "check_access_rights": true, "get_external_id": true,
}

// forget and said are about the calls made since; ids and times in them differ from run
// to run and are left out.
func (w *wire) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls, w.lose, w.companies = nil, false, nil
}

func (w *wire) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.calls, "\n") + "\n"
}

// described is a call with the names of what it sends.
func described(name string, args []any) string {
	for _, arg := range args {
		switch v := arg.(type) {
		case map[string]any:
			name += " " + strings.Join(slices.Sorted(maps.Keys(v)), ",")
		case []any:
			if len(v) > 0 {
				if _, text := v[0].(string); text {
					name += " " + joined(v)
				}
			}
		}
	}
	return name
}

func (w *wire) loseNext() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lose, w.skip = true, 0
}

func newLab(t *testing.T) *lab {
	t.Helper()
	return newLabOf(t, "17.0")
}

func newLabOf(t *testing.T, release string) *lab {
	t.Helper()
	ctx := context.Background()
	pg := testkit.Postgres(t)
	dsn := pg.NewCopy(t, "shop"+release[:2], func(ctx context.Context, dsn string) error { return odoosim.InstallRelease(ctx, dsn, release) })
	w := &wire{}
	sim, err := odoosim.New(ctx, dsn, odoosim.Options{Rights: w.rights})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	w.odoo = sim
	l := &lab{t: t, db: pg.Connect(t, dsn), wire: w, notes: map[string]map[string]string{}, sender: "shopify", bound: map[string]command.Binding{}}
	l.wire.books = newBooks()
	web := httptest.NewServer(l.wire)
	t.Cleanup(web.Close)
	client, err := odoo.New(odoo.Options{
		URL: web.URL, Database: sim.Database(), Login: "admin", Key: func(context.Context) (string, error) { return "admin", nil }, Failures: 1 << 30,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	l.config = labConfig()
	l.shop = &l.config.Channels[0]
	l.x = New(Options{Odoo: client, Config: l.config, Failpoint: func(step string) error {
		if l.at != nil {
			return l.at(step)
		}
		return nil
	}})
	return l
}

// labConfig has one channel, which owns its customers.
func labConfig() *config.Config {
	return &config.Config{Channels: []config.Channel{{
		Name: "shopify", Order: config.OrderRules{Confirm: "always", Guest: "match", Tolerance: "0.01"}, PaymentInvoices: "prepay", NegativeStock: "park", NotOwned: "leave",
		Mapping: config.Mapping{PaymentMethods: map[string]config.Record{"card": "BNK1"}},
	}}, Ownership: map[string]any{"customer": "shopify"}}
}

// send carries a command out once, with the notes of earlier attempts.
func (l *lab) send(name, subject string, data any) (command.Outcome, error) {
	return l.sendAs(name+"/"+subject, name, subject, data)
}

func (l *lab) sendAs(id, name, subject string, data any) (command.Outcome, error) {
	l.t.Helper()
	raw, ok := data.(string)
	if !ok {
		text, err := json.Marshal(data)
		if err != nil {
			l.t.Fatal(err)
		}
		raw = string(text)
	}
	own := l.sender + " " + id
	if l.notes[own] == nil {
		l.notes[own] = map[string]string{}
	}
	c := command.Command{Channel: l.sender, ID: id, Name: name, Subject: subject, Time: time.Now(), Data: json.RawMessage(raw), Attempt: 1, Notes: maps.Clone(l.notes[own]), BasedOn: l.basedOn, Parked: l.parked}
	out, err := l.x.Execute(context.Background(), c, func(_ context.Context, key, value string) error {
		l.noting.Lock()
		defer l.noting.Unlock()
		if key == command.NoteCalling && l.refuse != nil {
			return l.refuse
		}
		l.notes[own][key] = value
		return nil
	})
	if err == nil {
		l.documented(name, out)
	}
	for _, b := range out.Bindings {
		l.bound[b.ExternalID] = b
	}
	return out, err
}

// Bound has the lab be what remembers bindings.
func (l *lab) Bound(_ context.Context, externalID string) (command.Binding, bool, error) {
	b, found := l.bound[externalID]
	return b, found, nil
}

// applied wants a command to be applied.
func (l *lab) applied(name, subject string, data any) command.Outcome {
	l.t.Helper()
	out, err := l.send(name, subject, data)
	if err != nil || out.Kind != command.Applied {
		l.t.Fatalf("%s %s: %+v, %v", name, subject, out, whole(err))
	}
	return out
}

// stopped wants an outcome of a kind, with a code.
func (l *lab) stopped(kind command.Kind, code, name, subject string, data any) command.Outcome {
	l.t.Helper()
	out, err := l.send(name, subject, data)
	if err != nil || out.Kind != kind || len(out.Problems) == 0 || out.Problems[0].Code != code {
		l.t.Fatalf("%s %s: %+v, %v; want %s %s", name, subject, out, whole(err), kind, code)
	}
	if out.Problems[0].Remedy == "" {
		l.t.Errorf("%s has no remedy", code)
	}
	return out
}

// documented wants each reason of an outcome among those that COMMANDS.md lists for the command.
func (l *lab) documented(name string, out command.Outcome) {
	l.t.Helper()
	kind := string(out.Kind)
	if out.Kind == command.Waiting {
		kind = "waits"
	}
	for _, p := range out.Problems {
		known := slices.Contains(schema.CommonReasons(), p.Code) || slices.ContainsFunc(schema.ReasonsOf(name), func(r schema.Reason) bool {
			return r.Code == p.Code && slices.Contains(r.Outcomes, kind)
		})
		if !known {
			l.t.Errorf("%s is %s for %s (%s), which is not documented: run go generate ./schema", name, kind, p.Code, p.Message)
		}
	}
}

func whole(err error) string {
	var e *odoo.Error
	if errors.As(err, &e) {
		return e.Error() + " " + e.Reason()
	}
	return fmt.Sprint(err)
}

// count asks the database.
func (l *lab) count(sql string, args ...any) int {
	l.t.Helper()
	var n int
	if err := l.db.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		l.t.Fatal(err)
	}
	return n
}

func (l *lab) text(sql string, args ...any) string {
	l.t.Helper()
	var s string
	if err := l.db.QueryRow(context.Background(), sql, args...).Scan(&s); err != nil {
		l.t.Fatal(err)
	}
	return s
}

func (l *lab) exec(sql string, args ...any) {
	l.t.Helper()
	if _, err := l.db.Exec(context.Background(), sql, args...); err != nil {
		l.t.Fatal(err)
	}
}

// errKilled is a process that ends at a failpoint.
var errKilled = errors.New("killed here")

// steps carries out a command and says which failpoints it passed.
func (l *lab) steps(run func() (command.Outcome, error)) []string {
	l.t.Helper()
	var passed []string
	l.at = func(step string) error { passed = append(passed, step); return nil }
	defer func() { l.at = nil }()
	if out, err := run(); err != nil || out.Kind != command.Applied {
		l.t.Fatalf("%+v, %v", out, whole(err))
	}
	return passed
}

// losesAt carries out a command while the answer to the call after its n-th failpoint is lost.
func (l *lab) losesAt(n int, run func() (command.Outcome, error)) {
	l.t.Helper()
	passed := 0
	l.at = func(string) error {
		if passed++; passed-1 == n {
			l.wire.loseNext()
		}
		return nil
	}
	out, err := run()
	l.at = nil
	l.wire.mu.Lock()
	l.wire.lose = false // an attempt that had nothing left to change
	l.wire.mu.Unlock()
	if err == nil && out.Kind != command.Applied {
		l.t.Fatalf("%+v", out)
	}
}
