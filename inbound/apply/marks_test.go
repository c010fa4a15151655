package apply

import (
	"fmt"
	"slices"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// alike are two things of which a careless search takes one for the other.
var alike = []struct{ name, sender, id, otherSender, otherID string }{
	{"a channel whose name ends alike", "shopify", "1", "my_shopify", "1"},
	{"one character for any", "shopify", "a_1", "shopify", "ab1"},
	{"any characters", "shopify", "%", "shopify", "77"},
	{"an escape", "shopify", `a\b`, "shopify", "ab"},
	{"an id that begins alike", "shopify", "4", "shopify", "40"},
	{"an id that holds a mark", "shopify", "2", "shopify", "1;, shopify return 2"},
	{"an id that holds the beginning of a reason", "shopify", "3", "shopify", "3: shopify refund 3"},
}

// twoChannels has a second channel with the same rules and orders that are shipped and paid.
func twoChannels(t *testing.T) *lab {
	l := newLab(t)
	l.shop.PaymentInvoices = "invoice"
	other := *l.shop
	other.Name = "my_shopify"
	l.config.Channels = append(l.config.Channels, other)
	l.shop = &l.config.Channels[0]
	l.config.Ownership = map[string]any{}
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	return l
}

func (l *lab) as(sender string) *lab { l.sender = sender; return l }

// TestOnlyWhatCarriesItsMarkIsACommandsOwn has returns, refunds and adjustments of others that look alike: each
// command makes its own, and finds that again.
func TestOnlyWhatCarriesItsMarkIsACommandsOwn(t *testing.T) {
	l := twoChannels(t)
	n := 100
	order := func(sender string, paid bool) string {
		n++
		l.as(sender).shippedOrder(n)
		if paid {
			l.applied("payment.record", fmt.Sprint("p", n), fmt.Sprintf(`{"order":%q,"amount":"39.96","currency":"USD","method":"card","transaction_id":"m%d","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(n), n))
		}
		return subjectOf(n)
	}
	for _, c := range alike {
		t.Run(c.name, func(t *testing.T) {
			l.t = t
			apart := func(what, theirs, ours string) {
				t.Helper()
				other := l.as(c.otherSender).applied(what, c.otherID, theirs).Odoo.ID
				own := l.as(c.sender).applied(what, c.id, ours).Odoo.ID
				if own == other {
					t.Errorf("%s %s of %s took %s of %s", what, c.id, c.sender, c.otherID, c.otherSender)
				}
				if again := l.as(c.sender).applied(what, c.id, ours).Odoo.ID; again != own {
					t.Errorf("%s: its own is not found again: %d, %d", what, own, again)
				}
			}
			back := `{"order":%q,"lines":[{"line":"a","quantity":"1"}]}`
			apart("return.request", fmt.Sprintf(back, order(c.otherSender, false)), fmt.Sprintf(back, order(c.sender, false)))
			refund := `{"order":%q,"lines":[{"line":"a","quantity":"1"}],"total":"7.02","currency":"USD","refunded_at":"2026-11-22T10:00:00Z","reason":"as agreed"}`
			theirs := order(c.otherSender, true)
			ours := theirs // the same invoice
			if c.sender != c.otherSender {
				ours = order(c.sender, true)
			}
			apart("refund.record", fmt.Sprintf(refund, theirs), fmt.Sprintf(refund, ours))
		})
	}
}

// TestAReturnThatAPersonMadeIsNotTaken has a person make a return of the same shipment while the bridge is away, in the
// middle of a command.
func TestAReturnThatAPersonMadeIsNotTaken(t *testing.T) {
	l := newLab(t)
	l.shippedOrder(1)
	data := fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":"1"}]}`, subjectOf(1))
	run := func() (command.Outcome, error) { return l.send("return.request", "r1", data) }
	l.at = func(step string) error {
		if step == "after note returns" {
			return errKilled
		}
		return nil
	}
	if _, err := run(); err == nil {
		t.Fatal("was not killed")
	}
	l.at = nil
	l.exec(`INSERT INTO stock_picking (name, origin, state, return_id, create_uid, picking_type_id, location_id, location_dest_id, move_type, company_id)
		SELECT 'WH/IN/PERSON', 'Return of ' || name, 'assigned', id, 5, 1, location_dest_id, location_id, 'direct', company_id FROM stock_picking WHERE name = $1`, l.shipment(1))
	out, err := run()
	if err != nil || out.Kind != command.Applied {
		t.Fatalf("%+v, %s", out, whole(err))
	}
	if out.Odoo.Name == "WH/IN/PERSON" {
		t.Error("the person's return was taken")
	}
	if n := l.count("SELECT count(*) FROM stock_picking WHERE return_id IS NOT NULL AND origin LIKE '%shopify return r1;'"); n != 1 {
		t.Errorf("%d returns carry the mark", n)
	}
}

// adjustBroken is an adjustment by -2.
const adjustBroken = `{"sku":"SCALE-1","warehouse":"WH","change":"-2","adjusted_at":"2026-01-01T00:00:00Z","reason":"broken"}`

func (l *lab) scales(quantity int) {
	l.exec("UPDATE stock_quant SET quantity = $1, reserved_quantity = 0 WHERE product_id = 8 AND location_id = 8", quantity)
}

func (l *lab) wantScales(want int) {
	l.t.Helper()
	if got := l.count("SELECT sum(quantity)::int FROM stock_quant WHERE product_id = 8 AND location_id = 8"); got != want {
		l.t.Errorf("%d on hand, want %d", got, want)
	}
}

// TestAnAdjustmentIsNotDoneAgainThoughGoodsMovedBack has an adjustment killed after Odoo did it, and others move goods so that there is
// just as much as before.
func TestAnAdjustmentIsNotDoneAgainThoughGoodsMovedBack(t *testing.T) {
	l := newLab(t)
	l.scales(25)
	kill := func(at string) {
		t.Helper()
		l.at = func(step string) error {
			if step == at {
				return errKilled
			}
			return nil
		}
		if _, err := l.send("stock.adjust", "1", adjustBroken); err == nil {
			t.Fatal("was not killed")
		}
		l.at = nil
	}
	kill("after write quant")
	l.wantScales(23)
	l.scales(25)
	l.applied("stock.adjust", "1", adjustBroken)
	l.wantScales(25)
	l.applied("stock.adjust", "10", adjustBroken) // another command whose id begins alike
	l.wantScales(23)
}

// TestAnAdjustmentThatWasNotDoneIsNotTakenForDone has an adjustment killed before Odoo did it, and others move goods so
// that there is just as much as it was to make.
func TestAnAdjustmentThatWasNotDoneIsNotTakenForDone(t *testing.T) {
	l := newLab(t)
	l.scales(25)
	l.at = func(step string) error {
		if step == "before write quant" {
			return errKilled
		}
		return nil
	}
	if _, err := l.send("stock.adjust", "1", adjustBroken); err == nil {
		t.Fatal("was not killed")
	}
	l.at = nil
	l.scales(23) // two were sold
	l.stopped(command.Parked, schema.CodeConflict, "stock.adjust", "1", adjustBroken)
	l.wantScales(23)
	// A person has looked, and has it tried again: it begins anew.
	l.parked = schema.CodeConflict
	l.applied("stock.adjust", "1", adjustBroken)
	l.wantScales(21)
}

func TestAMarkIsReadAsItWasWritten(t *testing.T) {
	for _, c := range alike {
		for _, what := range []string{"return", "refund", "stock.adjust"} {
			own, other := mark{c.sender, what, c.id}, mark{c.otherSender, what, c.otherID}
			for _, text := range []string{"%s;", "Return of WH/OUT/00015, %s;", "Storno von: RE/2026/1, %s: said so", "%s (Mitchell Admin)", "%s", "%s: " + other.String() + ":"} {
				if said := fmt.Sprintf(text, own); !own.in(said) || other.in(said) {
					t.Errorf("%q is read as another's", said)
				}
			}
		}
	}
	if slices.ContainsFunc([]string{"", "shopify return", "my shop returns 1", "xshopify return 1;"}, mark{"shopify", "return", "1"}.in) {
		t.Error("a mark is read where there is none")
	}
}
