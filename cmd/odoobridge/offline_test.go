package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/inbound"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema"
)

// stopped is what a bridge has left behind: a configuration and a ledger with three parked commands.
type stopped struct {
	t      *testing.T
	config string // file
	folder string
	dsn    string // of a shared store; "" for none
}

// open opens the ledger as a bridge does.
func (s *stopped) open() (l store.Ledger, closeAll func()) {
	s.t.Helper()
	if s.dsn == "" {
		l, err := ledger.Open(s.t.Context(), ledger.Options{Path: s.folder})
		if err != nil {
			s.t.Fatal(err)
		}
		hold, err := sqlite.Hold(s.folder)
		if err != nil {
			s.t.Fatal(err)
		}
		return l, func() { s.must(errors.Join(l.Close(), hold.Close())) }
	}
	lease, err := postgres.Acquire(s.t.Context(), postgres.Claim{DSN: s.dsn, Schema: "odoobridge", Instance: postgres.NewInstance()})
	if err != nil {
		s.t.Fatal(err)
	}
	st, err := postgres.Open(s.t.Context(), lease, postgres.Options{Tables: []store.Table{{Name: "sale_order", Keys: []string{"id"}}}})
	if err == nil {
		l, err = st.OpenLedger()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return l, func() { s.must(errors.Join(l.Close(), st.Close())) }
}

func (s *stopped) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func newStopped(t *testing.T, shared bool) *stopped {
	t.Helper()
	s := &stopped{t: t, folder: filepath.Join(t.TempDir(), "store"), config: filepath.Join(t.TempDir(), "odoobridge.yaml")}
	s.must(os.Mkdir(s.folder, 0o700))
	dsn := ""
	if shared {
		s.dsn = testkit.Postgres(t).NewDatabase(t)
		dsn = fmt.Sprintf(", dsn: %q", s.dsn)
	}
	text := fmt.Sprintf(`postgres: {dsn: "postgres://nobody@127.0.0.1:1/none"}
rabbitmq: {url: "amqp://nobody@127.0.0.1:1"}
odoo: {url: "http://127.0.0.1:1", database: odoo, login: bridge, api_key: geheim}
store: {path: %q%s}
channels: {shop: {commands: [order.place, customer.upsert]}}
`, s.folder, dsn)
	s.must(os.WriteFile(s.config, []byte(text), 0o600))
	return s
}

// park leaves three commands behind, each parked.
func (s *stopped) park() {
	s.t.Helper()
	l, closeAll := s.open()
	defer closeAll()
	for _, id := range []string{"one", "two", "three"} {
		var body map[string]any
		s.must(json.Unmarshal(schema.CommandExample("order.place"), &body))
		body["id"], body["subject"] = id, "50-"+id
		text, err := json.Marshal(body)
		s.must(err)
		c := &store.Command{Channel: "shop", ID: id, Name: "order.place", Subject: "50-" + id, Workload: "orders", Keys: []string{"order/shop/" + id}, Body: text, Received: time.Now()}
		_, err = l.Claim(s.t.Context(), c)
		s.must(err)
	}
	taken, err := l.Take(s.t.Context(), "orders", 3, time.Now())
	s.must(err)
	for i := range taken {
		c := &taken[i]
		s.must(l.Settle(s.t.Context(), &store.Settlement{Seq: c.Seq, State: store.CommandParked, Now: time.Now(), Code: "unknown_sku",
			Outcome: []byte(`{"outcome":"parked","problems":[{"code":"unknown_sku","message":"Odoo has no product of this code"}]}`),
			Audit:   []store.AuditEntry{{Time: time.Now(), Actor: "channel shop", Action: "parked", Channel: "shop", ID: c.ID, Name: c.Name, Subject: c.Subject, Code: "unknown_sku"}}}))
	}
}

func (s *stopped) run(args ...string) (code int, stdout, stderr string) {
	s.t.Helper()
	return execute(s.t, append(args, "--config", s.config)...)
}

// TestCommandsAreLookedAtAndDecidedOnWithoutABridge decides on parked commands while no bridge runs, and looks at what the next one
// finds: the decision, who decided and the answer to the channel. While a bridge is at work its ledger is left alone.
func TestCommandsAreLookedAtAndDecidedOnWithoutABridge(t *testing.T) {
	for _, kind := range []string{"in a folder", "shared"} {
		t.Run(kind, func(t *testing.T) {
			s := newStopped(t, kind == "shared")
			if code, _, text := s.run("exceptions", "list"); code != exitFailed || !strings.Contains(text, "there is no") {
				t.Errorf("before any bridge: %d %s", code, text)
			}
			if code, _, text := s.run("exceptions", "retry", "shop", "one", "--reason", "x"); code != exitFailed || !strings.Contains(text, "there is no") {
				t.Errorf("a decision before any bridge: %d %s", code, text)
			}
			s.park()
			s.looks()
			s.decides()
			s.finds()
			s.isKeptOut()
		})
	}
}

// personal is what the example's customer tells of himself.
var personal = []string{"Bauer", "example.com", "Lindenstr", "10969"}

func (s *stopped) looks() {
	s.t.Helper()
	code, out, text := s.run("exceptions", "list")
	if code != exitFine || strings.Count(out, "unknown_sku: Odoo has no product of this code") != 3 || text != "" {
		s.t.Errorf("list: %d %s%s", code, out, text)
	}
	_, trail, _ := s.run("audit", "--channel", "shop")
	if strings.Count(trail, "parked") != 3 {
		s.t.Errorf("audit: %s", trail)
	}
	for _, p := range personal {
		if strings.Contains(out+trail, p) {
			s.t.Errorf("%q is shown without being asked for:\n%s%s", p, out, trail)
		}
	}
	var e inbound.Exception
	code, out, text = s.run("exceptions", "show", "shop", "two")
	if err := json.Unmarshal([]byte(out), &e); err != nil || code != exitFine || e.State != "parked" || !bytes.Contains(e.Body, []byte("Bauer")) {
		s.t.Errorf("show: %d %s%s %v", code, out, text, err)
	}
	var compared checkResult
	code, out, text = s.run("verify", "--json")
	if err := json.Unmarshal([]byte(out), &compared); err != nil || code != exitFailed || compared.Command != "verify" {
		s.t.Errorf("verify: %d %s%s %v", code, out, text, err)
	}
	if f, ok := find(compared.Findings, "verify.parked"); !ok || !strings.Contains(f.What, "3 commands of shop are parked as unknown_sku") {
		s.t.Errorf("verify, where Odoo is away: %s", out)
	}
	if code, _, text = s.run("verify", "--channel", "nobody"); code != exitUsage || !strings.Contains(text, `no channel "nobody" of the configuration`) {
		s.t.Errorf("verify of no channel: %d %s", code, text)
	}
	for args, want := range map[string]string{
		"exceptions list --channel shoop":   `no channel "shoop": there are shop`,
		"exceptions list --code unknown_sk": `no reason "unknown_sk": there are unreadable,`,
		"audit --channel shoop":             `no channel "shoop": there are shop`,
	} {
		if code, out, text := s.run(strings.Fields(args)...); code != exitUsage || !strings.Contains(text, want) || out != "" {
			s.t.Errorf("%s: %d %s%s", args, code, out, text)
		}
	}
	if code, _, text = s.run("exceptions", "show", "shop", "none"); code != exitFailed || !strings.Contains(text, `channel shop has no command "none"`) {
		s.t.Errorf("show what is not there: %d %s", code, text)
	}
}

func (s *stopped) decides() {
	s.t.Helper()
	body := filepath.Join(s.t.TempDir(), "body.json")
	var mended map[string]any
	s.must(json.Unmarshal(schema.CommandExample("order.place"), &mended))
	mended["id"], mended["subject"] = "three", "50-three-mended"
	text, err := json.Marshal(mended)
	s.must(err)
	s.must(os.WriteFile(body, []byte(`{"id":"three","type":"order.place","data":{"placed_by":"Bauer"}}`), 0o600))
	if code, _, text := s.run("exceptions", "edit", "shop", "three", "--reason", "r", "--file", body); code != exitFailed || !strings.Contains(text, "is not right") || strings.Contains(text, "Bauer") {
		s.t.Errorf("edited to nonsense: %d %s", code, text)
	}
	s.must(os.WriteFile(body, text, 0o600))
	for _, args := range [][]string{
		{"retry", "shop", "one", "--reason", "product made"}, {"discard", "shop", "two", "--reason", "agreed with the shop", "--as", "Anna"},
		{"edit", "shop", "three", "--reason", "typing error", "--file", body},
	} {
		if code, out, text := s.run(append([]string{"exceptions"}, args...)...); code != exitFine || !strings.Contains(out, args[0]+", as soon as a bridge runs") {
			s.t.Errorf("%v: %d %s%s", args, code, out, text)
		}
	}
	if code, _, text := s.run("exceptions", "retry", "shop", "two", "--reason", "r"); code != exitFailed || !strings.Contains(text, "it is discarded") {
		s.t.Errorf("retried after it was discarded: %d %s", code, text)
	}
}

// finds looks with the next bridge's eyes.
func (s *stopped) finds() {
	s.t.Helper()
	l, closeAll := s.open()
	defer closeAll()
	states := map[string]store.CommandState{"one": store.CommandReceived, "two": store.CommandDiscarded, "three": store.CommandReceived}
	for id, want := range states {
		c, _, err := l.Command(s.t.Context(), "shop", id)
		if err != nil || c.State != want {
			s.t.Errorf("%s is %s, want %s; %v", id, c.State, want, err)
		}
		if id == "three" && (c.Subject != "50-three-mended" || c.Keys[0] != "order/shop/50-three-mended" || c.Provides != "order/50-three-mended") {
			s.t.Errorf("the edited command: %+v", c)
		}
	}
	taken, err := l.Take(s.t.Context(), "orders", 5, time.Now())
	if err != nil || len(taken) != 2 {
		s.t.Errorf("%d commands are to do, want the two that were put back in line; %v", len(taken), err)
	}
	unsent, err := l.Unsent(s.t.Context(), 0, 10)
	if err != nil || len(unsent) != 1 || !bytes.Contains(unsent[0].Body, []byte("discarded")) {
		s.t.Errorf("answers that wait: %d, %v", len(unsent), err)
	}
	trail, err := l.Audit(s.t.Context(), store.AuditFilter{About: "two", Action: "discard"})
	if err != nil || len(trail) != 1 || !strings.HasPrefix(trail[0].Actor, "user Anna (") || trail[0].Reason != "agreed with the shop" {
		s.t.Errorf("audit: %+v, %v", trail, err)
	}
}

// isKeptOut decides while a bridge has the ledger and does not answer.
func (s *stopped) isKeptOut() {
	s.t.Helper()
	_, closeAll := s.open()
	defer closeAll()
	code, _, text := s.run("exceptions", "discard", "shop", "one", "--reason", "r")
	if code != exitFailed || !strings.Contains(text, "starting or stopping there") && !strings.Contains(text, "on the machine where it runs") {
		s.t.Errorf("beside a bridge: %d %s", code, text)
	}
	if code, out, text := s.run("exceptions", "list"); code != exitFine || !strings.Contains(out, "none") {
		s.t.Errorf("list beside a bridge: %d %s%s", code, out, text)
	}
	cfg, err := config.Load(s.config, os.LookupEnv)
	s.must(err)
	if err := bridge.DecideOffline(s.t.Context(), cfg, &bridge.DecideRequest{Channel: "shop", ID: "one", Action: "discard", By: inbound.By{User: "anna", Reason: "r"}}); !errors.Is(err, store.ErrInUse) {
		s.t.Errorf("the error does not say that it is in use: %v", err)
	}
}
