package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/trace"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// person is what the customer of the traced order tells of himself.
var person = map[string]any{
	"name": "Ottilie Vanderbeck", "email": "ottilie@vanderbeck.example", "phone": "+1 470 555 0134",
	"addresses": []any{map[string]any{"id": "a1", "type": "delivery", "name": "Ottilie Vanderbeck", "street": "Lindenlaan 77", "city": "Tervuren", "zip": "3080", "country": "US"}},
}

// TestATraceTellsAWholeOrderInBothDirections has a customer order, a warehouse ship, the customer pay and get
// his money back, all by command. Asked by any of its names, of the running bridge or of what it left behind, the
// trace tells all of it, in order, and nothing of the person.
func TestATraceTellsAWholeOrderInBothDirections(t *testing.T) { tracesAWholeOrder(t, "") }

// TestATraceOfASharedStoreTellsTheSame has the store and the ledger in PostgreSQL.
func TestATraceOfASharedStoreTellsTheSame(t *testing.T) {
	t.Parallel()
	tracesAWholeOrder(t, testkit.PostgresAlone(t).NewDatabase(t))
}

func tracesAWholeOrder(t *testing.T, sharedStore string) {
	odoo, url := newShop(t), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{watched: sharedStore == "", dsn: odoo.dsn, amqp: url, store: sharedStore, more: odoo.settings(), channels: `  webshop:
    odoo_login: channel_shopify
    odoo_api_key: channel_shopify
    commands: [customer.upsert, order.place, payment.record, refund.record]
    payment: {without_invoice: invoice}
    mapping: {payment_methods: {card: BNK1}}
    lanes:
      orders: {entities: [order, shipment, refund], pace: instant}
      state:  {entities: [order], fields: [state], pace: instant}
  warehouse:
    odoo_login: channel_warehouse
    odoo_api_key: channel_warehouse
    commands: [shipment.confirm]
    lanes:
      pick:  {entities: [shipment], pace: instant, own: drop}
      other: {entities: [shipment], where: {warehouse: [OTHER]}, pace: instant}
  books:
    lanes:
      money: {entities: [invoice, refund, payment], pace: {conflate: 24h}}
`})
	p.run()
	picks, send := listen(t, url, "channel.warehouse.pick"), newSender(t, url)
	results := map[string]*outcomes{"webshop": hearResults(t, url, "results.webshop"), "warehouse": hearResults(t, url, "results.warehouse")}
	command := func(channel, kind, id, subject string, data map[string]any) {
		t.Helper()
		send.commandOf(channel, kind, id, subject, data)
		results[channel].atLeast(t, len(results[channel].all())+1)
		if outcome := results[channel].all()[id]; outcome != "applied" {
			why, _ := p.trace(id)
			t.Fatalf("%s is %s:\n%s", id, outcome, why)
		}
	}
	command("webshop", "customer.upsert", "c-1", "7001", person)
	order := placed("")
	delete(order, "guest")
	order["customer"] = "7001"
	command("webshop", "order.place", "o-1", "5001", order)
	shipment := picks.named("shipment.created", "webshop")
	command("warehouse", "shipment.confirm", "s-1", "901", map[string]any{"shipment": shipment, "tracking_references": []string{"TRACK-4711"}})
	command("webshop", "payment.record", "p-1", "tx-1", map[string]any{"order": "5001", "amount": "6.50", "currency": "USD", "method": "card", "transaction_id": "tx-1", "paid_at": "2026-11-23T08:00:00Z"})
	command("webshop", "refund.record", "r-1", "re-1", map[string]any{"order": "5001", "full": true, "currency": "USD", "refunded_at": "2026-11-24T08:00:00Z",
		"payment": map[string]any{"method": "card", "transaction_id": "rx-1"}})
	server := newPlayer(t, odoo.dsn)
	end := server.end()

	var told string
	testkit.Eventually(t, patience, func() bool {
		told, _ = p.trace("5001")
		return server.confirmed("odoobridge") >= end && strings.Count(told, "answered applied") == 5 && !strings.Contains(told, " waiting") && !strings.Contains(told, "not sent yet")
	}, func() string { return told })
	if bare := regexp.MustCompile(`(webshop|warehouse)/\w+ delivered`).FindString(told); bare != "" {
		t.Errorf("it does not say when: %s\n%s", bare, told)
	}
	goldenTrace(t, told)
	for _, secret := range []string{"Ottilie", "Vanderbeck", "vanderbeck", "Lindenlaan", "Tervuren", "3080", "0134"} {
		if strings.Contains(told, secret) {
			t.Errorf("the trace tells %q of a person:\n%s", secret, told)
		}
	}
	name := regexp.MustCompile(`S\d{5}`).FindString(told)
	whole := p.subjects("5001")
	for _, key := range []string{name, "order/" + name, shipment, "o-1", "s-1", "tx-1", "TRACK-4711"} {
		if diff := cmp.Diff(whole, p.subjects(key)); diff != "" {
			t.Errorf("by %s (-by the channel's number +by this):\n%s", key, diff)
		}
	}
	if code := p.terminate(); code != 0 {
		t.Errorf("the bridge ended with %d", code)
	}
	after, _ := p.trace("5001")
	if diff := cmp.Diff(plainTrace(told), plainTrace(after)); diff != "" {
		t.Errorf("without a bridge (-with one +without):\n%s", diff)
	}
	if text, code := p.trace("S99999"); code != 1 || !strings.Contains(text, "nothing is known of S99999") {
		t.Errorf("of what is not there: exit %d, %s", code, text)
	}
}

// trace runs the verb.
func (p *process) trace(key string, flags ...string) (out string, code int) {
	p.t.Helper()
	cmd := exec.Command(p.program, append([]string{"trace", key, "--config", p.config}, flags...)...)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if cmd.ProcessState == nil {
		p.t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// tracesTheLoad asks of things that came with a lane's initial load, of the running bridge and of what it left behind.
func tracesTheLoad(t *testing.T, p *process, queue []received) {
	t.Helper()
	asked := map[string]string{}
	for _, e := range queue {
		if entity, snapshot := strings.CutSuffix(e.Type, ".snapshot"); snapshot && (entity == "customer" || entity == "product" || entity == "stock_level") {
			asked[entity] = e.Subject
		}
	}
	if len(asked) != 3 {
		t.Fatalf("not all came: %v", asked)
	}
	told := func() {
		t.Helper()
		for _, subject := range asked {
			want := regexp.MustCompile(`(?m)^.* initial load began  golden/all  ended at [^,]*, sent (.* )?` + regexp.QuoteMeta(subject) + `[, ]`)
			var text string
			testkit.Eventually(t, patience, func() bool {
				text, _ = p.trace(subject)
				return want.MatchString(text)
			}, func() string { return text })
		}
	}
	told()
	if code := p.terminate(); code != 0 {
		t.Errorf("the bridge ended with %d", code)
	}
	told()
}

// subjects are the documents that a trace is about, in order, and how many lines it has of each kind.
func (p *process) subjects(key string) map[string]int {
	p.t.Helper()
	text, code := p.trace(key, "--json")
	var t trace.Trace
	if err := json.Unmarshal([]byte(text), &t); err != nil || code != 0 {
		p.t.Fatalf("trace %s: exit %d, %v\n%s", key, code, err, text)
	}
	found := map[string]int{}
	for _, thing := range t.Things {
		if thing.Why == "" {
			p.t.Errorf("trace %s does not say why %s is there", key, thing.Subject)
		}
		found[thing.Subject]++
	}
	for i, l := range t.Lines {
		if l.Why == "" || l.Time.IsZero() {
			p.t.Errorf("trace %s: line %d says neither why nor when: %+v", key, i, l)
		}
		found[l.Kind+" "+l.What+" "+l.About]++
	}
	return found
}

var (
	traceTimes = regexp.MustCompile(`\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ?`)
	traceIDs   = regexp.MustCompile(`\d+-[0-9A-F]+/[0-9A-F]+-\d+`)
	traceGaps  = regexp.MustCompile(` {2,}`)
	traceUntil = regexp.MustCompile(` \(until TIME\)`)
	traceSent  = regexp.MustCompile(` \((by )?(TIME|\d\d:\d\d:\d\d)( to (TIME|\d\d:\d\d:\d\d))?\)`)
)

// plainTrace is a trace without what is another each time.
func plainTrace(text string) string {
	text = traceTimes.ReplaceAllString(text, "TIME")
	text = traceSent.ReplaceAllString(traceUntil.ReplaceAllString(text, ""), "")
	return traceGaps.ReplaceAllString(traceIDs.ReplaceAllString(text, "ID"), "  ")
}

func goldenTrace(t *testing.T, text string) {
	t.Helper()
	path, got := filepath.Join("testdata", "trace.golden"), plainTrace(text)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the trace differs from the golden file (-want +got):\n%s", diff)
	}
}
