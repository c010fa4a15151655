package e2e

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestTheExamplesPlaceAnOrderAndHearOfIt runs the adapters that the channel
// developer's guide shows, in Go and in JavaScript, against a bridge with both rivers
// and a simulated Odoo: each order is in Odoo once, though it is sent twice.
func TestTheExamplesPlaceAnOrderAndHearOfIt(t *testing.T) {
	t.Parallel()
	odoo := newShop(t)
	amqp := testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{dsn: odoo.dsn, amqp: amqp, more: odoo.settings(), channels: `  webshop:
    odoo_login: channel_shopify
    odoo_api_key: channel_shopify
    commands: [customer.upsert, order.place]
    lanes:
      orders: {entities: [order, shipment], pace: instant}
`})
	p.run()
	adapters := map[string][]string{"5001": {goExample(t), "-url", amqp, "-channel", "webshop", "-order", "5001", "-sku", "GRIND-1", "-price", "129.00"}}
	if dir := nodeExample(t); dir != "" {
		adapters["5002"] = []string{"node", filepath.Join(dir, "shop.mjs"), amqp, "webshop", "orders", "5002", "GRIND-1", "129.00", "USD"}
	}
	for order, args := range adapters {
		out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, out)
		}
		for _, line := range []string{"result customer.upsert applied res.partner", "result order.place applied sale.order S", "result order.place duplicate sale.order S", "event order.confirmed order/S", "origin webshop"} {
			if !strings.Contains(string(out), line) {
				t.Errorf("order %s: the adapter does not say %q:\n%s", order, line, out)
			}
		}
		if n := odoo.count(`SELECT count(*) FROM ir_model_data WHERE model = 'sale.order' AND module = 'channel_webshop' AND name LIKE '%' || $1`, order); n != 1 {
			t.Errorf("%d orders %s in Odoo, want 1", n, order)
		}
	}
	byHand := filepath.Join(t.TempDir(), "command.json")
	for text, want := range map[string]string{
		`{"specversion":"1.0","id":"by-hand","source":"me","type":"order.place","subject":"9","data":{}}`:         `"path": "data.lines"`,
		`{"specversion":"1.0","id":"not-granted","source":"me","type":"order.cancel","subject":"5001","data":{}}`: `"not_granted"`,
		`{"specversion":"1.0","id":"no-such","source":"me","type":"order.plaice","subject":"5001","data":{}}`:     "no queue takes webshop.order.plaice",
		`hello`: "the file is no command",
	} {
		if err := os.WriteFile(byHand, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, _ := exec.CommandContext(t.Context(), goExample(t), "-url", amqp, "-channel", "webshop", "-command", byHand).CombinedOutput()
		if !strings.Contains(string(out), want) {
			t.Errorf("%s by hand: %s\nwant %s", text, out, want)
		}
	}
	if n := odoo.count(`SELECT count(*) FROM sale_order WHERE state = 'sale'`); n != len(adapters) {
		t.Errorf("%d confirmed orders in Odoo, want %d", n, len(adapters))
	}
}

// simulated is a simulated Odoo on a database of its own.
type simulated struct {
	t      testing.TB
	dsn    string
	server *odoosim.Server
	web    *httptest.Server
	conn   *pgx.Conn
}

func newShop(t testing.TB) *simulated {
	t.Helper()
	return newShopWith(t, odoosim.Options{})
}

func newShopWith(t testing.TB, o odoosim.Options) *simulated {
	t.Helper()
	pg := testkit.PostgresAlone(t)
	dsn := pg.NewCopy(t, "shop17", odoosim.Install)
	if o.Rights == nil {
		o.Rights = documentedRights
	}
	server, err := odoosim.New(context.Background(), dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(func() { web.Close(); server.Close() })
	return &simulated{t, dsn, server, web, pg.Connect(t, dsn)}
}

func (s *simulated) settings() string {
	return fmt.Sprintf("odoo: {url: %q, database: %q, login: admin, api_key: admin, rate: 500/s}\n", s.web.URL, s.server.Database())
}

func (s *simulated) count(sql string, args ...any) (n int) {
	s.t.Helper()
	if err := s.conn.QueryRow(s.t.Context(), sql, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *simulated) text(sql string, args ...any) (text string) {
	s.t.Helper()
	if err := s.conn.QueryRow(s.t.Context(), sql, args...).Scan(&text); err != nil {
		s.t.Fatal(err)
	}
	return text
}

func goExample(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop")
	cmd := exec.Command("go", "build", "-o", path, "./examples/go")
	cmd.Dir = testkit.Root(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the example: %v\n%s", err, out)
	}
	return path
}

// nodeExample installs the JavaScript example into a directory of the test; "" where there is no npm.
func nodeExample(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("npm is needed to run the JavaScript example")
		}
		t.Log("there is no npm: the JavaScript example is not run")
		return ""
	}
	dir, from := t.TempDir(), filepath.Join(testkit.Root(t), "examples", "javascript")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	return dir
}
