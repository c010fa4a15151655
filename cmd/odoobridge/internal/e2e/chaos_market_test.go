package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema"
)

// market is a bridge between an Odoo, which it reaches through proxies, and two channels that sell and one that ships and counts. Customers
// who are there are the first's to change: what the second says of one after it was made is left.
type market struct {
	*atHand
	t      *testing.T
	draw   *rand.Rand
	rabbit *testkit.Rabbit
	amqp   string // past the proxy
	toPG   *testkit.TCPProxy
	toAMQP *testkit.TCPProxy
	toOdoo *webProxy
	bridge *process // the one that was seen at work last
	second *process // which stands by; nil: there is none
	dead   *deadEar

	storage *testkit.PG // where two bridges remember
	toStore *testkit.TCPProxy

	before  map[string]int64 // highest id of a model before anything was made
	vendors []*vendor
	shed    *shed
	goods   []thingSold // what orders are of
	counted []thingSold // what is only counted and adjusted
	flip    thingSold   // archived and restored by people
	own     thingSold   // counted by people

	mu     sync.Mutex
	wishes []*wish
	// What is no command.
	rejected [][]byte
	heirs    map[int64]bool // customers whom others were merged into, or may have been
	peak     int64          // of the bridge's memory, in bytes
	// What the clerks did, and what they could not do, by what it was.
	clerked, refused map[string]int
	lastRefusal      map[string]string
}

// thingSold is a product.
type thingSold struct {
	id  int64
	sku string
}

// opening is how many there are of each thing.
const opening = 100_000

func newMarket(t *testing.T, a *atHand, draw *rand.Rand) *market {
	t.Helper()
	m := &market{
		atHand: a, t: t, draw: draw, rabbit: testkit.RabbitMQAlone(t), heirs: map[int64]bool{}, clerked: map[string]int{}, refused: map[string]int{}, lastRefusal: map[string]string{},
	}
	m.amqp = m.rabbit.NewVhost(t)
	a.hire(everyGroup())
	m.toAMQP, m.toOdoo = testkit.Proxy(t, m.rabbit.Addr()), newWebProxy(t, a.url)
	dsn, err := url.Parse(a.dsn)
	if err != nil {
		t.Fatal(err)
	}
	m.toPG = testkit.Proxy(t, dsn.Host)
	m.remember()
	names := []string{a.name + "_shop", a.name + "_pos", a.name + "_shed"}
	m.runBridges(setup{
		dsn: through(a.dsn, dsn.Host, m.toPG), amqp: through(m.amqp, m.rabbit.Addr(), m.toAMQP), slot: a.name,
		more: fmt.Sprintf("odoo: {url: %q, database: %q, login: %q, api_key: %q, rate: 100/s, limit_time_real: 30s}\nownership: {customer: %s}\n",
			m.toOdoo.url(), a.db, a.login, a.password, names[0]),
		channels: m.channel(names[0]) + m.channel(names[1]) + m.channel(names[2]),
	})
	m.dead = hearDead(t, m.amqp)
	m.shed = &shed{vendor: m.newVendor(names[2])}
	m.vendors = []*vendor{m.newVendor(names[0]), m.newVendor(names[1])}
	m.stock()
	return m
}

func (m *market) channel(name string) string {
	return fmt.Sprintf(`  %s:
    rabbitmq_user: %s
    company: %d
    warehouses: [%q]
    order: {confirm: always}
    payment: {without_invoice: invoice}
    mapping: {payment_methods: {card: "%d"}}
    commands: [%s]
    lanes:
      all: {entities: [customer, product, price, stock_level, order, shipment, return, invoice, refund, payment], pace: instant}
`, name, userOf(m.t, m.amqp), m.company, m.code, m.bank, strings.Join(schema.CommandNames(), ", "))
}

// everyGroup are the groups that all commands together need.
func everyGroup() (groups []string) {
	seen := map[string]bool{}
	for _, name := range schema.CommandNames() {
		for _, g := range groupNames(apply.Rights(name)) {
			if !seen[g] {
				seen[g] = true
				groups = append(groups, g)
			}
		}
	}
	return groups
}

// remember notes which records were there before.
func (m *market) remember() {
	m.t.Helper()
	m.before = map[string]int64{}
	for _, model := range []string{"res.partner", "product.product", "sale.order", "stock.picking", "account.move", "account.payment"} {
		records, err := m.client.SearchRead(context.Background(), model, nil, []string{"id"}, odoo.Window{Order: "id desc", Limit: 1}, m.hidden())
		if err != nil {
			m.t.Fatalf("look for the last %s: %v", model, err)
		}
		if len(records) > 0 {
			m.before[model] = records[0].ID()
		}
	}
}

// hidden is a context that shows archived records too.
func (m *market) hidden() map[string]any {
	return odoo.Context(m.context, map[string]any{"active_test": false})
}

// stock makes things and has them counted by command.
func (m *market) stock() {
	m.t.Helper()
	for i := range 8 {
		one := m.make(fmt.Sprintf("%s-%d", m.name, i))
		switch {
		case i < 4:
			m.goods = append(m.goods, one)
		case i == 4:
			m.flip, m.goods = one, append(m.goods, one)
		case i == 5:
			m.own = one
		default:
			m.counted = append(m.counted, one)
		}
	}
	for _, one := range append(m.goods, m.counted...) {
		m.shed.count(one, opening, 0)
	}
	testkit.Eventually(m.t, patience, func() bool { return m.unanswered() == 0 }, nil)
	for _, w := range m.wishes {
		if answer := w.final(); answer.Outcome != "applied" {
			m.t.Fatalf("the opening count %s is %s: %+v", w.id, answer.Outcome, answer.Problems)
		}
	}
}

func (m *market) make(sku string) thingSold {
	m.t.Helper()
	return thingSold{m.storable(sku+" thing", sku, map[string]any{"invoice_policy": "order"}), sku}
}

// newVendor sends and hears for a channel.
func (m *market) newVendor(name string) *vendor {
	s := &vendor{market: m, name: name, user: userOf(m.t, m.amqp), post: &post{url: m.amqp}, customers: map[string]bool{}}
	m.t.Cleanup(s.post.close)
	s.answers = hearAnswers(m.t, m.amqp, name)
	s.lane = hearLane(m.t, m.amqp, "channel."+name+".all")
	return s
}
