package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheContractsExampleLoads(t *testing.T) {
	c, err := Load("testdata/contract.yaml", noEnv)
	if err != nil {
		t.Fatal(err)
	}
	orders := OrderRules{Confirm: "channel", Guest: "match", Tolerance: "0.01"}
	want := []Channel{
		{Name: "shopify", OdooLogin: "channel_shopify", Initial: "publish", Lanes: []Lane{
			{Name: "orders", Entities: []string{"order", "shipment", "return", "refund"}, Own: "deliver", InFlight: "none"},
			{Name: "stock", Entities: []string{"stock_level"}, Where: map[string][]string{"warehouse": {"WH"}}, Fields: []string{"sku", "warehouse", "available"}, Own: "deliver", InFlight: "none",
				Pace: Pace{Conflate: 2 * time.Minute, Urgent: []string{"stock_level.out", "stock_level.back"}}},
			{Name: "prices", Entities: []string{"price", "product"}, Own: "deliver", InFlight: "none", Pace: Pace{Schedule: "*/30 * * * *", TimeZone: "UTC"}},
		}, Commands: []string{"customer.upsert", "order.place", "order.cancel", "payment.record", "refund.record", "return.request"},
			Order: orders, PaymentInvoices: "prepay", NegativeStock: "park", NotOwned: "leave"},
		{Name: "wms", Initial: "skip", Lanes: []Lane{
			{Name: "pick", Entities: []string{"shipment", "return"}, Where: map[string][]string{"warehouse": {"WH"}}, Own: "deliver", InFlight: "none"},
		}, Commands: []string{"shipment.confirm", "return.receive", "stock.count"},
			Order: orders, PaymentInvoices: "prepay", NegativeStock: "park", NotOwned: "leave"},
	}
	if diff := cmp.Diff(want, c.Channels); diff != "" {
		t.Errorf("channels (-want +got):\n%s", diff)
	}
	if c.Odoo.APIKey.Reveal() != "hunter2-from-file" || c.Odoo.Rate != 10 {
		t.Errorf("odoo = %+v", c.Odoo)
	}
	if c.Store.Retention != 7*24*time.Hour || c.Store.MaxSize != 20<<30 || c.Store.Cache != 64<<20 {
		t.Errorf("store = %+v", c.Store)
	}
	owners := map[string]any{"customer.email": []string{"shopify", "pos"}, "stock_level": map[string]string{"WH": "wms"}}
	if diff := cmp.Diff(owners, c.Ownership); diff != "" {
		t.Errorf("ownership (-want +got):\n%s", diff)
	}
	if len(c.Warnings) != 1 { // pos
		t.Errorf("%d warnings:\n%v", len(c.Warnings), c.Warnings)
	}
}

func TestDefaultsAreFilledIn(t *testing.T) {
	c := mustParse(t, base, nil)
	got := []any{c.Postgres.Slot, c.Postgres.Publication, c.Postgres.Heartbeat, c.Postgres.StatusInterval, c.Postgres.SnapshotWorkers,
		c.RabbitMQ.Firehose, c.RabbitMQ.Topology, c.RabbitMQ.QueueType, c.RabbitMQ.Window, c.HTTP.Listen, c.Log.Level, c.Log.Format, c.ShutdownGrace}
	want := []any{"odoobridge", "odoobridge", 10 * time.Second, 10 * time.Second, 4,
		true, "declare", "quorum", 1024, "127.0.0.1:8640", "info", "auto", 25 * time.Second}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEveryProblemIsReportedAtOnceWithItsPlace(t *testing.T) {
	text := base + `stor: {}
channels:
  shopify:
    lanes:
      stock:
        entities: [stock_level, custmer]
        pace: instnt
`
	_, problems := parse(t, text, nil)
	want := `odoobridge.yaml:3:1: stor: is not a key here; known: postgres, odoo, rabbitmq, store, http, log, shutdown_grace, commands, audit, channels, extra_columns, ownership, conflicts (did you mean store?)
    3 | stor: {}
      | ^
odoobridge.yaml:8:33: channels.shopify.lanes.stock.entities[1]: "custmer" is not an entity; write customer, product, price, order, shipment, return, stock_move, invoice, refund, payment or stock_level (did you mean customer?)
    8 |         entities: [stock_level, custmer]
      |                                 ^
odoobridge.yaml:9:15: channels.shopify.lanes.stock.pace: "instnt" is not a pace; write instant, {conflate: 2m} or {schedule: "*/30 * * * *"} (did you mean instant?)
    9 |         pace: instnt
      |               ^
3 problems`
	if diff := cmp.Diff(want, problems.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoadWithoutAFileTakesTheEnvironment(t *testing.T) {
	c, err := Load("", envOf(map[string]string{"ODOOBRIDGE_POSTGRES_DSN": "postgres://b@db/prod", "ODOOBRIDGE_RABBITMQ_URL": "amqp://mq", "ODOOBRIDGE_RABBITMQ_TLS_CA": "/ca.pem"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Postgres.DSN.Reveal() != "postgres://b@db/prod" || c.RabbitMQ.CAFile != "/ca.pem" {
		t.Errorf("got %+v", c.RabbitMQ)
	}
}

func TestTheEnvironmentOverridesTheFile(t *testing.T) {
	c := mustParse(t, base+"http: {listen: \":1\"}\n", map[string]string{"ODOOBRIDGE_HTTP_LISTEN": ":2", "ODOOBRIDGE_RABBITMQ_WINDOW": "7"})
	if c.HTTP.Listen != ":2" || c.RabbitMQ.Window != 7 {
		t.Errorf("listen = %q, window = %d", c.HTTP.Listen, c.RabbitMQ.Window)
	}
}

func TestUnknownVariablesOfOursAreErrors(t *testing.T) {
	err := CheckEnvironment([]string{"PATH=/bin", "ODOOBRIDGE_TEST_POSTGRES=x", "ODOOBRIDGE_CONFIG=y", "ODOOBRIDGE_LOG_LEVEL=debug", "ODOOBRIDGE_POSTGRES_DNS=secret"})
	want := "environment: ODOOBRIDGE_POSTGRES_DNS: is not a variable of odoobridge; unset it; `odoobridge config --help` lists the known ones (did you mean ODOOBRIDGE_POSTGRES_DSN?)"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestPlaceholdersAreFilledIn(t *testing.T) {
	env := map[string]string{"HOST": "db.example", "EMPTY": "", "SLOT": "abc"}
	text := "postgres: {dsn: \"host=${HOST} dbname=prod password=pa$$${x\", slot: \"${SLOT}\", publication: \"${NO:-pub}\"}\n" +
		"rabbitmq: {url: \"amqp://${EMPTY:-mq}\"}\n"
	c := mustParse(t, text, env)
	if got := c.Postgres.DSN.Reveal(); got != "host=db.example dbname=prod password=pa$${x" {
		t.Errorf("dsn = %q", got)
	}
	if c.Postgres.Slot != "abc" || c.Postgres.Publication != "pub" || c.RabbitMQ.URL.Reveal() != "amqp://mq" {
		t.Errorf("got %+v", c.Postgres)
	}
}

func TestSecretFilesAreReadFromTheFolderOfTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("dsn", "postgres://u:geheim@db/prod\n")
	write("odoobridge.yaml", "postgres: {dsn: {file: dsn}}\nrabbitmq: {url: {file: missing}}\n")
	_, err := Load(filepath.Join(dir, "odoobridge.yaml"), noEnv)
	if err == nil || !strings.Contains(err.Error(), "missing: no such file or directory") {
		t.Fatalf("got %v", err)
	}
	write("odoobridge.yaml", "postgres: {dsn: {file: dsn}}\nrabbitmq: {url: \"amqp://mq\"}\n")
	c, err := Load(filepath.Join(dir, "odoobridge.yaml"), noEnv)
	if err != nil || c.Postgres.DSN.Reveal() != "postgres://u:geheim@db/prod" {
		t.Fatalf("dsn = %q, %v", c.Postgres.DSN.Reveal(), err)
	}
}

func TestAnchorsAndMergesWork(t *testing.T) {
	c := mustParse(t, base+`x-lane: &lane {entities: [order], own: drop}
channels:
  a:
    lanes:
      one: *lane
      two: {<<: *lane, own: deliver}
`, nil)
	if lanes := c.Channels[0].Lanes; lanes[0].Own != "drop" || lanes[1].Own != "deliver" || lanes[1].Entities[0] != "order" {
		t.Errorf("lanes = %+v", lanes)
	}
}

func TestScalarsAreTakenAsWritten(t *testing.T) {
	c := mustParse(t, base+"odoo: {api_key: 0123, database: 17.10}\n", nil)
	if c.Odoo.APIKey.Reveal() != "0123" || c.Odoo.Database != "17.10" {
		t.Errorf("api_key = %q, database = %q", c.Odoo.APIKey.Reveal(), c.Odoo.Database)
	}
}

func TestAddressesThatPostgreSQLUnderstandsLoad(t *testing.T) {
	for _, dsn := range []string{
		"postgres://u:p@a:5432,b:5433/x?target_session_attrs=read-write", "postgresql://[::1]:5432/x", "postgres:///x?host=/run/postgresql",
		"host=/run/postgresql dbname=x", "dbname=x password='a b'", "service=odoo",
	} {
		mustParse(t, "postgres: {dsn: \""+dsn+"\"}\nrabbitmq: {url: \"amqp://mq\"}\n", nil)
	}
}
