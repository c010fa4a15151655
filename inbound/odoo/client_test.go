package odoo

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnswersMeanWhatTheyMean(t *testing.T) {
	f := newFake(t, "17.0")
	c := client(t, f, func(o *Options) { o.Failures = 1000 })
	for name, answer := range map[string]struct {
		write func(w http.ResponseWriter)
		want  Kind // "" is success
	}{
		"a result":               {func(w http.ResponseWriter) { result(w, "true") }, ""},
		"false is a result":      {func(w http.ResponseWriter) { result(w, "false") }, ""},
		"none is success":        {func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1}`) }, ""},
		"a rule":                 {func(w http.ResponseWriter) { failure200(w, "odoo.exceptions.UserError", "no") }, User},
		"a warning with a way":   {func(w http.ResponseWriter) { failure200(w, "odoo.exceptions.RedirectWarning", "no") }, User},
		"a value":                {func(w http.ResponseWriter) { failure200(w, "odoo.exceptions.ValidationError", "no") }, Validation},
		"rights":                 {func(w http.ResponseWriter) { failure200(w, "odoo.exceptions.AccessError", "no") }, Access},
		"nothing there":          {func(w http.ResponseWriter) { failure200(w, "odoo.exceptions.MissingError", "no") }, Missing},
		"serialization":          {func(w http.ResponseWriter) { failure200(w, "psycopg2.errors.SerializationFailure", "no") }, Busy},
		"a lock":                 {func(w http.ResponseWriter) { failure200(w, "psycopg2.errors.LockNotAvailable", "no") }, Busy},
		"a deadlock":             {func(w http.ResponseWriter) { failure200(w, "psycopg2.errors.DeadlockDetected", "no") }, Busy},
		"the database is away":   {func(w http.ResponseWriter) { failure200(w, "psycopg2.OperationalError", "no") }, Busy},
		"the database crashed":   {func(w http.ResponseWriter) { failure200(w, "psycopg2.errors.CrashShutdown", "no") }, Busy},
		"it starts":              {func(w http.ResponseWriter) { failure200(w, "psycopg2.errors.CannotConnectNow", "no") }, Busy},
		"its disk is full":       {func(w http.ResponseWriter) { failure200(w, "psycopg2.errors.DiskFull", "no") }, Busy},
		"it is only read now":    {func(w http.ResponseWriter) { failure200(w, "psycopg2.errors.ReadOnlySqlTransaction", "no") }, Busy},
		"a column is not there":  {func(w http.ResponseWriter) { failure200(w, "psycopg2.errors.UndefinedColumn", "no") }, Faulty},
		"a bug":                  {func(w http.ResponseWriter) { failure200(w, "builtins.AttributeError", "no") }, Faulty},
		"an unknown one":         {func(w http.ResponseWriter) { failure200(w, "custom.Error", "no") }, Faulty},
		"a proxy that gave up":   {func(w http.ResponseWriter) { w.WriteHeader(502) }, Ambiguous},
		"a proxy's time limit":   {func(w http.ResponseWriter) { w.WriteHeader(504) }, Ambiguous},
		"a page":                 {func(w http.ResponseWriter) { w.WriteHeader(500); _, _ = io.WriteString(w, "<html>") }, Ambiguous},
		"half an answer":         {func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"jsonrpc":"2.0","res`) }, Ambiguous},
		"another protocol":       {func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"hello":1}`) }, Ambiguous},
		"refused by a proxy":     {func(w http.ResponseWriter) { w.WriteHeader(403) }, NotSent},
		"a worker that was shot": {cut, Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			f.answer = func(w http.ResponseWriter, _ rpcCall) { answer.write(w) }
			err := c.Do(context.Background(), aCall, nil)
			if got := kindIn(t, err); got != answer.want {
				t.Errorf("%q (%v), want %q", got, err, answer.want)
			}
		})
	}
}

func kindIn(t *testing.T, err error) Kind {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("not a *Error: %v", err)
	}
	return e.Kind
}

// cut ends the connection in the middle of an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_, _ = conn.Write([]byte("HTTP/1.1 2"))
		_ = conn.Close()
	}
}

func TestWhatNeverLeftIsNotAmbiguous(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + nobody.Addr().String()
	if err := nobody.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{URL: url, Database: "prod", Key: func(context.Context) (string, error) { return "k", nil }})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Do(context.Background(), aCall, nil); !IsKind(err, NotSent) {
		t.Errorf("%v", err)
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.Do(stopped, aCall, nil); !IsKind(err, Stopped) {
		t.Errorf("%v", err)
	}
}

func TestATimeOutAfterSendingIsAmbiguous(t *testing.T) {
	f := newFake(t, "17.0")
	release := make(chan struct{})
	f.answer = func(w http.ResponseWriter, _ rpcCall) { <-release; result(w, "true") }
	c := client(t, f, nil)
	if _, err := c.Release(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.options.Timeout = 20 * time.Millisecond
	if err := c.Do(context.Background(), aCall, nil); !IsKind(err, Ambiguous) {
		t.Errorf("%v", err)
	}
	close(release)
}

func TestAWizardIsNotSuccess(t *testing.T) {
	f := newFake(t, "17.0")
	c := client(t, f, nil)
	f.answer = func(w http.ResponseWriter, _ rpcCall) {
		result(w, `{"type":"ir.actions.act_window","res_model":"stock.backorder.confirmation","res_id":3}`)
	}
	action, err := c.Run(context.Background(), "stock.picking", "button_validate", []int64{1}, nil)
	if err != nil || action == nil || action.Model != "stock.backorder.confirmation" || action.ID != 3 {
		t.Errorf("%+v, %v", action, err)
	}
}

func TestLoadReadsItsMessages(t *testing.T) {
	f := newFake(t, "17.0")
	c := client(t, f, nil)
	for _, r := range []struct {
		answer string
		want   Kind
	}{
		{`{"ids":[47],"messages":[],"nextrow":0}`, ""},
		{`{"ids":[47],"messages":[{"type":"warning","message":"well"}]}`, ""},
		{`{"ids":false,"messages":[{"type":"error","field":"country_id","message":"No matching record found for name 'Atlantis'"}]}`, Validation},
		{`{"ids":false,"messages":[{"type":"error","message":"could not serialize access due to concurrent update"}]}`, Busy},
		{`{"ids":false,"messages":[{"type":"error","message":"duplicate key value violates unique constraint"}]}`, Busy},
		{`{"ids":false,"messages":[]}`, Ambiguous},
	} {
		f.answer = func(w http.ResponseWriter, _ rpcCall) { result(w, r.answer) }
		ids, err := c.Load(context.Background(), "res.partner", []string{"id", "name"}, [][]string{{"channel_shop.customer_1", "Ada"}}, nil)
		if got := kindIn(t, err); got != r.want || (err == nil) != (len(ids) == 1) {
			t.Errorf("%s: %v, %v", r.answer, ids, err)
		}
	}
}

func TestErrorsHoldNoPersonalData(t *testing.T) {
	f := newFake(t, "17.0")
	c := client(t, f, nil)
	f.answer = func(w http.ResponseWriter, _ rpcCall) {
		failure200(w, "odoo.exceptions.UserError", "The address of Ada Lovelace (ada@example.test, +44 20 7946 0000) is that of 'Charles Babbage' in order S00025.")
	}
	_, err := c.Create(context.Background(), "res.partner", map[string]any{"name": "Ada Lovelace"}, nil)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if want := "call res.partner.create of Odoo: user (odoo.exceptions.UserError)"; e.Error() != want {
		t.Errorf("%q, want %q", e.Error(), want)
	}
	if want := "The address of … (…, …) is that of … in order S00025."; e.Reason() != want {
		t.Errorf("%q, want %q", e.Reason(), want)
	}
}

func TestAKeyThatChangesIsReadAgain(t *testing.T) {
	f := newFake(t, "17.0")
	f.answer = func(w http.ResponseWriter, _ rpcCall) { result(w, "true") }
	key := "k1"
	c := client(t, f, func(o *Options) { o.Key = func(context.Context) (string, error) { return key, nil } })
	if err := c.Do(context.Background(), aCall, nil); err != nil {
		t.Fatal(err)
	}
	f.key, key = "k2", "k2"
	if err := c.Do(context.Background(), aCall, nil); err != nil {
		t.Errorf("with the new key: %v", err)
	}
	f.key = "k3"
	if err := c.Do(context.Background(), aCall, nil); !IsKind(err, Denied) {
		t.Errorf("with the wrong key: %v", err)
	}
	key = "k3"
	if err := c.Do(context.Background(), aCall, nil); err != nil {
		t.Errorf("when the key was put right: %v", err)
	}
}

func TestTheCircuitOpensAndClosesByItself(t *testing.T) {
	f := newFake(t, "17.0")
	var states []bool
	var calls atomic.Int64
	c := client(t, f, func(o *Options) {
		o.Failures, o.Pause = 3, time.Hour
		o.Changed = func(s State) { states = append(states, s.Open) }
	})
	f.answer = func(w http.ResponseWriter, _ rpcCall) { calls.Add(1); w.WriteHeader(502) }
	for range 3 {
		if err := c.Do(context.Background(), aCall, nil); !IsKind(err, Ambiguous) {
			t.Fatal(err)
		}
	}
	err := c.Do(context.Background(), aCall, nil)
	var e *Error
	if !errors.As(err, &e) || e.Kind != Paused || e.After <= 0 || calls.Load() != 3 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
	if s := c.State(); !s.Open || s.Reason != Ambiguous || s.Since.IsZero() {
		t.Errorf("%+v", s)
	}

	quick := client(t, f, func(o *Options) { o.Failures, o.Pause = 1, time.Millisecond })
	if err := quick.Do(context.Background(), aCall, nil); !IsKind(err, Ambiguous) {
		t.Fatal(err)
	}
	f.answer = func(w http.ResponseWriter, _ rpcCall) { result(w, "true") }
	goesThrough(t, quick)
	if quick.State().Open {
		t.Error("open after a call went through")
	}
	if diff := cmp.Diff([]bool{true}, states); diff != "" {
		t.Error(diff)
	}
}

func TestOdooMayAskForSilence(t *testing.T) {
	f := newFake(t, "17.0")
	now := time.Now()
	var offset atomic.Int64
	c := client(t, f, func(o *Options) { o.Now = func() time.Time { return now.Add(time.Duration(offset.Load())) } })
	f.answer = func(w http.ResponseWriter, _ rpcCall) { w.Header().Set("Retry-After", "30"); w.WriteHeader(429) }
	var e *Error
	if err := c.Do(context.Background(), aCall, nil); !errors.As(err, &e) || e.Kind != Limited || e.After != 30*time.Second {
		t.Errorf("%v", err)
	}
	f.answer = func(w http.ResponseWriter, _ rpcCall) { result(w, "true") }
	if err := c.Do(context.Background(), aCall, nil); !errors.As(err, &e) || e.Kind != Paused || e.After != 30*time.Second {
		t.Errorf("%v", err)
	}
	offset.Store(int64(31 * time.Second))
	if err := c.Do(context.Background(), aCall, nil); err != nil {
		t.Error(err)
	}
}

func TestOdooNeverSeesMoreThanItsLimit(t *testing.T) {
	f := newFake(t, "17.0")
	most := f.countAtATime()
	c := client(t, f, func(o *Options) { o.MaxInFlight = 3 })
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() {
			if err := c.Do(context.Background(), aCall, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() > 3 {
		t.Errorf("%d calls at a time", most.Load())
	}
}

func TestCallsCarryTheContext(t *testing.T) {
	f := newFake(t, "17.0")
	var got map[string]any
	f.answer = func(w http.ResponseWriter, call rpcCall) {
		got = call.Params.Args[6].(map[string]any)["context"].(map[string]any)
		result(w, "true")
	}
	c := client(t, f, func(o *Options) { o.Context = map[string]any{"lang": "en_US"} })
	call := aCall
	call.Context = map[string]any{"allowed_company_ids": []int64{2}}
	if err := c.Do(context.Background(), call, nil); err != nil {
		t.Fatal(err)
	}
	want := Context(Quiet(), map[string]any{"lang": "en_US", "allowed_company_ids": []any{float64(2)}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOdoo19IsSpokenToInNames(t *testing.T) {
	f := newFake(t, "19.0")
	var path, auth, database string
	var body map[string]any
	f.json2 = func(w http.ResponseWriter, r *http.Request) {
		path, auth, database = r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("X-Odoo-Database")
		body = map[string]any{}
		_ = json.NewDecoder(r.Body).Decode(&body)
		_, _ = io.WriteString(w, `[{"id":1,"name":"S1"}]`)
	}
	c := client(t, f, nil)
	found, err := c.SearchRead(context.Background(), "sale.order", Domain{{"|"}, {"name", "=", "S1"}, {"id", "=", 1}}, []string{"name"}, Window{Limit: 1}, nil)
	if err != nil || len(found) != 1 || found[0].Text("name") != "S1" {
		t.Fatalf("%v, %v", found, err)
	}
	if path != "/json/2/sale.order/search_read" || auth != "bearer k1" || database != "prod" {
		t.Errorf("%s %s %s", path, auth, database)
	}
	delete(body, "context")
	want := map[string]any{"domain": []any{"|", []any{"name", "=", "S1"}, []any{"id", "=", float64(1)}}, "fields": []any{"name"}, "limit": float64(1)}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
	if err := c.Write(context.Background(), "sale.order", []int64{1}, map[string]any{"origin": "x"}, nil); err != nil {
		t.Fatal(err)
	}
	delete(body, "context")
	if diff := cmp.Diff(map[string]any{"ids": []any{float64(1)}, "vals": map[string]any{"origin": "x"}}, body); diff != "" {
		t.Error(diff)
	}
	if err := c.Do(context.Background(), Call{Model: "x", Method: "unheard_of", Args: []any{1}}, nil); !IsKind(err, Unsendable) {
		t.Errorf("an argument without a name: %v", err)
	}
}

func TestOdoo19SaysItByStatus(t *testing.T) {
	f := newFake(t, "19.0")
	c := client(t, f, func(o *Options) { o.Failures = 1000 })
	named := func(name string) string { return `{"name":"` + name + `","message":"no","arguments":[],"context":{}}` }
	for _, r := range []struct {
		status int
		body   string
		want   Kind
	}{
		{200, "true", ""}, {200, "null", ""}, {200, "", ""}, {200, "<html>", Ambiguous},
		{422, named("odoo.exceptions.UserError"), User}, {422, named("odoo.exceptions.ValidationError"), Validation},
		{403, named("odoo.exceptions.AccessError"), Access}, {404, named("odoo.exceptions.MissingError"), Missing},
		{401, named("werkzeug.exceptions.Unauthorized"), Denied}, {409, named("odoo.exceptions.LockError"), Busy},
		{500, named("psycopg2.errors.SerializationFailure"), Busy}, {500, named("builtins.KeyError"), Faulty},
		{500, "<html>", Ambiguous}, {404, "<html>", NotSent}, {404, named("werkzeug.exceptions.NotFound"), Faulty}, {502, "", Ambiguous}, {429, "", Limited},
	} {
		f.json2 = func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(r.status)
			_, _ = io.WriteString(w, r.body)
		}
		c.circuit.limited = time.Time{}
		if got := kindIn(t, c.Do(context.Background(), aCall, nil)); got != r.want {
			t.Errorf("%d %s: %q, want %q", r.status, r.body, got, r.want)
		}
	}
}

// TestAPasswordIsToldFromARefusedKey gives Odoo 19 a password: it lets nobody in by one.
func TestAPasswordIsToldFromARefusedKey(t *testing.T) {
	f := newFake(t, "19.0")
	f.json2 = func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"name":"werkzeug.exceptions.Unauthorized","message":"Invalid apikey","arguments":["Invalid apikey",401],"context":{}}`)
	}
	for key, password := range map[string]bool{"correct horse": true, strings.Repeat("0a", 20): false} {
		c := client(t, f, func(o *Options) { o.Key = func(context.Context) (string, error) { return key, nil } })
		err := c.Do(context.Background(), aCall, nil)
		if !IsKind(err, Denied) || errors.Is(err, ErrNoAPIKey) != password || strings.Contains(err.Error(), key) {
			t.Errorf("%v", err)
		}
	}
}

func TestTLSOptionsAreRead(t *testing.T) {
	_, err := New(Options{URL: "https://x", Database: "d", Key: aKey, TLS: TLS{CAFile: "no such file"}})
	if err == nil || !strings.Contains(err.Error(), "certificate authority") {
		t.Errorf("%v", err)
	}
}

func aKey(context.Context) (string, error) { return "k", nil }

// TestACertificateOfAPrivateAuthorityIsTrustedWhereItIsNamed serves Odoo behind a certificate that no system knows.
func TestACertificateOfAPrivateAuthorityIsTrustedWhereItIsNamed(t *testing.T) {
	web := httptest.NewTLSServer(http.NotFoundHandler())
	defer web.Close()
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, reached := range map[string]bool{"": false, ca: true} {
		c, err := New(Options{URL: web.URL, Database: "d", Key: aKey, TLS: TLS{CAFile: file}})
		if err != nil {
			t.Fatal(err)
		}
		err = c.Do(t.Context(), aCall, nil)
		if untrusted := err != nil && strings.Contains(err.Error(), "certificate"); err == nil || untrusted == reached {
			t.Errorf("with the authority %q: %v", file, err)
		}
		c.Close()
	}
}

// TestAWarningThatLeadsSomewhereIsToldWithoutTheWay has Odoo join a text, an action's id, a button's caption and nothing into one message.
func TestAWarningThatLeadsSomewhereIsToldWithoutTheWay(t *testing.T) {
	var e exception
	said := `{"name":"odoo.exceptions.RedirectWarning","message":"Count the parts.\n357\nInventory\nNone","arguments":["Count the parts.",357,"Inventory",null]}`
	if err := json.Unmarshal([]byte(said), &e); err != nil || e.text() != "Count the parts." {
		t.Errorf("%q, %v", e.text(), err)
	}
	e.Name = "odoo.exceptions.UserError"
	if e.text() != e.Message {
		t.Errorf("%q", e.text())
	}
}
