package e2e

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// variables name the Odoo that the tests of commands run against, instead of a simulated one.
var variables = []string{"ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_PASSWORD", "ODOO_DSN"}

// owned is how the names begin of everything that these tests make in an Odoo and its PostgreSQL.
const owned = "obtest"

// atHand is an Odoo that a test may use as any channel and any warehouse would: by commands, and
// by its API. There may be other people's records in it, and it may change meanwhile.
type atHand struct {
	t        testing.TB
	url, db  string
	login    string
	password string
	dsn      string
	name     string          // of this test alone: channel, slot and publication, and the beginning of what is made
	server   *odoosim.Server // nil unless it is simulated for this test
	locked   atomic.Bool     // the simulated one knows no password
	client   *odoo.Client
	context  map[string]any
	release  int
	worker   worker

	company, warehouse int64
	currency, code     string // "USD"; "WH", of the warehouse
	far                string // code of a warehouse of the test's own; "": there is none
	bank               int64  // journal; 0 where there is no accounting
}

// swept are the databases in which what an earlier run has left is taken away, by DSN: once, before
// this run makes anything of the kind.
var swept sync.Map

// odooAtHand is the Odoo that the variables name, else a simulated one of a release. lookup is os.Getenv.
func odooAtHand(t *testing.T, lookup func(string) string, release string) *atHand {
	t.Helper()
	a := &atHand{t: t, name: owned + strconv.FormatInt(time.Now().UnixNano(), 36)}
	if !a.named(lookup) {
		a.simulate(release)
	}
	a.client = a.connect()
	a.look()
	t.Cleanup(a.archive)
	once, _ := swept.LoadOrStore(a.dsn, new(sync.Once))
	once.(*sync.Once).Do(func() { a.dropSlots(owned + "%") })
	t.Cleanup(func() { a.dropSlots(a.name) })
	return a
}

// connect is a client of Odoo's API as the user that the bridge works as.
func (a *atHand) connect() *odoo.Client {
	a.t.Helper()
	password := a.password
	client, err := odoo.New(odoo.Options{
		URL: a.url, Database: a.db, Login: a.login, Key: func(context.Context) (string, error) { return password, nil }, Rate: a.rate(),
	})
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(client.Close)
	return client
}

// named reads the variables; all or none of them must be set.
func (a *atHand) named(lookup func(string) string) bool {
	values, missing := map[string]string{}, []string{}
	for _, name := range variables {
		if values[name] = lookup(name); values[name] == "" {
			missing = append(missing, name)
		}
	}
	switch len(missing) {
	case 0:
		a.url, a.db, a.login, a.password, a.dsn = values["ODOO_URL"], values["ODOO_DB"], values["ODOO_LOGIN"], values["ODOO_PASSWORD"], values["ODOO_DSN"]
		return true
	case len(variables):
		return false
	}
	a.t.Fatalf("%s must be set too", strings.Join(missing, ", "))
	return false
}

func (a *atHand) simulate(release string) {
	a.t.Helper()
	a.dsn = testkit.PostgresAlone(a.t).NewCopy(a.t, "shop"+release[:2], func(ctx context.Context, dsn string) error {
		return odoosim.InstallRelease(ctx, dsn, release)
	})
	server, err := odoosim.New(context.Background(), a.dsn, odoosim.Options{Rights: liveRights, Password: func(login string) string {
		if a.locked.Load() {
			return login + " changed"
		}
		return login
	}})
	if err != nil {
		a.t.Fatal(err)
	}
	a.server, a.url, a.db, a.login, a.password = server, serve(a.t, server), server.Database(), "admin", "admin"
}

// rate is calls a second: a live Odoo is not to be hurried.
func (a *atHand) rate() float64 {
	if a.server != nil {
		return 500
	}
	return 10
}

// longestCall is how long a call may take Odoo: what was cut off is looked at again that much and half a minute later.
func (a *atHand) longestCall() time.Duration {
	if a.server != nil {
		return 30 * time.Second
	}
	return 2 * time.Minute
}

// slow has a simulated Odoo take its time.
func (a *atHand) slow(delay time.Duration) {
	if a.server != nil {
		a.server.Inject(odoosim.Fault{Delay: delay, Times: odoosim.Always})
	}
}

// look learns what differs from one Odoo to another.
func (a *atHand) look() {
	a.t.Helper()
	release, err := a.client.Release(a.t.Context())
	if err != nil {
		a.t.Fatalf("ask %s which Odoo it is: %v", a.url, err)
	}
	a.release = release.Major
	a.company = a.one("res.users", odoo.Domain{{"login", "=", a.login}}, "company_id").Ref("company_id")
	a.context = map[string]any{"allowed_company_ids": []int64{a.company}}
	currency := a.one("res.company", odoo.Domain{{"id", "=", a.company}}, "currency_id").Ref("currency_id")
	a.currency = a.one("res.currency", odoo.Domain{{"id", "=", currency}}, "name").Text("name")
	warehouse := a.first("stock.warehouse", odoo.Domain{{"company_id", "=", a.company}}, "code")
	a.warehouse, a.code = warehouse.ID(), warehouse.Text("code")
	if bank, err := a.search("account.journal", odoo.Domain{{"type", "=", "bank"}, {"company_id", "=", a.company}}, "id"); err == nil && len(bank) > 0 {
		a.bank = bank[0].ID()
	} else {
		a.t.Logf("no payments: there is no journal of a bank, or none that %s may see (%v)", a.login, err)
	}
	a.t.Logf("Odoo %s at %s, database %s, as %s in company %d; records, channel, slot and publication begin with %s", release.Text, a.url, a.db, a.login, a.company, a.name)
}

// bridge runs a bridge with the test's channel, which may send the commands, and one lane that tells all.
func (a *atHand) bridge(amqp string, commands ...string) *process {
	a.t.Helper()
	p := a.process(a.setup(amqp, commands...))
	p.run()
	return p
}

func (a *atHand) setup(amqp string, commands ...string) setup {
	return setup{
		watched: true,
		dsn:     a.dsn, amqp: amqp, slot: a.name,
		more: fmt.Sprintf("odoo: {url: %q, database: %q, login: %q, api_key: %q, rate: %.0f/s, limit_time_real: %s}\n", a.url, a.db, a.login, a.password, a.rate(), a.longestCall()),
		channels: fmt.Sprintf(`  %s:
    odoo_login: %q
    company: %d
    warehouses: [%s]
    order: {confirm: always}
    payment: {without_invoice: invoice}
    mapping: {payment_methods: {card: "%d"}}
    commands: [%s]
    lanes:
      all: {entities: [customer, product, stock_level, order, shipment, return, invoice, refund, payment], pace: instant}
`, a.name, a.login, a.company, strings.Join(a.codes(), ", "), a.bank, strings.Join(commands, ", ")),
	}
}

// codes are of the warehouses that the channel sells from.
func (a *atHand) codes() []string {
	if a.far == "" {
		return []string{strconv.Quote(a.code)}
	}
	return []string{strconv.Quote(a.code), strconv.Quote(a.far)}
}

func (a *atHand) process(s setup) *process {
	a.t.Helper()
	p := newProcess(a.t, s)
	p.replace("heartbeat: 1s", "heartbeat: 1s, publication: "+a.name)
	return p
}

func (a *atHand) search(model string, domain odoo.Domain, fields ...string) ([]odoo.Record, error) {
	return a.client.SearchRead(context.Background(), model, domain, fields, odoo.Window{Order: "id"}, a.context)
}

func (a *atHand) found(model string, domain odoo.Domain, fields ...string) []odoo.Record {
	a.t.Helper()
	records, err := a.search(model, domain, fields...)
	if err != nil {
		a.t.Fatalf("look for %s: %v", model, err)
	}
	return records
}

func (a *atHand) first(model string, domain odoo.Domain, fields ...string) odoo.Record {
	a.t.Helper()
	records := a.found(model, domain, fields...)
	if len(records) == 0 {
		a.t.Fatalf("Odoo has no %s with %v that %s may see", model, domain, a.login)
	}
	return records[0]
}

// one is the only record.
func (a *atHand) one(model string, domain odoo.Domain, fields ...string) odoo.Record {
	a.t.Helper()
	if n := len(a.found(model, domain, "id")); n != 1 {
		a.t.Fatalf("%d %s with %v, want 1", n, model, domain)
	}
	return a.first(model, domain, fields...)
}

// product makes a storable product of the test's own, at ten of the company's currency.
func (a *atHand) product() (id int64, sku string) {
	a.t.Helper()
	sku = a.name + "-A"
	return a.storable(a.name+" thing", sku, nil), sku
}

// storable makes a product of which stock is kept, at ten of the company's currency, with more values.
func (a *atHand) storable(name, sku string, more map[string]any) int64 {
	a.t.Helper()
	values := map[string]any{"name": name, "default_code": sku, "list_price": 10.0, "sale_ok": true}
	maps.Copy(values, more)
	if a.release >= 18 {
		values["type"], values["is_storable"] = "consu", true
	} else {
		values["detailed_type"] = "product"
	}
	id, err := a.client.Create(context.Background(), "product.product", values, a.context)
	if err != nil {
		a.t.Fatalf("make a product: %v", err)
	}
	return id
}

// archive hides what can be hidden: products and contacts. Orders, transfers and entries stay.
func (a *atHand) archive() {
	for model, domain := range map[string]odoo.Domain{"product.product": {{"default_code", "=like", a.name + "%"}}, "res.partner": {{"email", "=like", a.name + "%"}}} {
		records, err := a.search(model, domain, "id")
		ids := make([]int64, len(records))
		for i, r := range records {
			ids[i] = r.ID()
		}
		if err == nil && len(ids) > 0 {
			err = a.client.Write(context.Background(), model, ids, map[string]any{"active": false}, a.context)
		}
		if err != nil {
			a.t.Errorf("archive %s: %v", model, err)
		}
	}
}

// dropSlots takes back slots that nobody reads from, and their publications.
func (a *atHand) dropSlots(like string) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, a.dsn)
	if err != nil {
		a.t.Fatalf("connect to Odoo's database: %v", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	testkit.Eventually(a.t, patience, func() bool {
		var busy int
		err := conn.QueryRow(ctx, "SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1 AND active", a.name).Scan(&busy)
		return err == nil && busy == 0
	}, func() string { return "slot " + a.name + " stays in use" })
	rows, err := conn.Query(ctx, `SELECT 'SELECT pg_drop_replication_slot(' || quote_literal(slot_name) || ')' FROM pg_replication_slots
		WHERE slot_name LIKE $1 AND NOT active AND database = current_database()
		UNION ALL SELECT 'DROP PUBLICATION ' || quote_ident(p.pubname) FROM pg_publication p
		WHERE p.pubname LIKE $1 AND NOT EXISTS (SELECT FROM pg_replication_slots s WHERE s.slot_name = p.pubname AND s.active)`, like)
	if err != nil {
		a.t.Fatal(err)
	}
	statements, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		a.t.Fatal(err)
	}
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			a.t.Errorf("%s: %v", sql, err)
		}
	}
}

// serve has a simulated Odoo answer, and returns where.
func serve(t testing.TB, server *odoosim.Server) (url string) {
	t.Helper()
	web := httptest.NewServer(server)
	t.Cleanup(func() { web.Close(); server.Close() })
	return web.URL
}
