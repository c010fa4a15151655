package apply

import (
	"errors"
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// TestACustomerIsMadeWholeByAChannelThatOwnsNone ends the making of a customer at every point, by the end of the process and by an answer
// that is lost. The channel owns no customer that is there already; but this one it is making.
func TestACustomerIsMadeWholeByAChannelThatOwnsNone(t *testing.T) {
	l := newLab(t)
	l.config.Ownership = nil
	n := 0
	begin := func() func() (command.Outcome, error) {
		n++
		subject, data := fmt.Sprint(7000+n), fmt.Sprintf(`{"name":"Ada %d","email":"whole%[1]d@example.test","active":false,"address":{"street":"Main St"},
			"addresses":[{"id":"home","type":"delivery","name":"Home","street":"Side St"},{"id":"work","type":"delivery","name":"Work","street":"High St"}]}`, n)
		return func() (command.Outcome, error) { return l.send("customer.upsert", subject, data) }
	}
	steps := l.steps(begin())
	for i, step := range steps {
		for _, how := range []string{"killed", "answer lost"} {
			run := begin()
			if how == "killed" {
				l.killedAt(i, run)
			} else {
				l.losesAt(i, run)
			}
			out, err := run()
			var again *command.RetryError
			for tries := 0; errors.As(err, &again) && tries < 3; tries++ {
				out, err = run()
			}
			if err != nil || out.Kind != command.Applied || len(out.Problems) > 0 {
				t.Errorf("%s %s: %+v, %s", how, step, out, whole(err))
				continue
			}
			made := l.text(`SELECT count(*) || ' customer, archived ' || bool_and(NOT p.active)::text || ', ' || (SELECT string_agg(a.street, ', ' ORDER BY a.street) FROM res_partner a JOIN res_partner c ON c.id = a.parent_id WHERE c.email = $1)
				FROM res_partner p WHERE p.email = $1 AND p.parent_id IS NULL`, fmt.Sprintf("whole%d@example.test", n))
			if made != "1 customer, archived true, High St, Side St" {
				t.Errorf("%s %s: %s", how, step, made)
			}
		}
	}
}

// TestACustomerThatAPersonMadeIsNotTakenForTheChannelsOwn has Odoo refuse a customer, a person make it and bind it to the channel's id, and
// the command come again.
func TestACustomerThatAPersonMadeIsNotTakenForTheChannelsOwn(t *testing.T) {
	l := newLab(t)
	l.config.Ownership = nil
	data := `{"name":"Ada","email":"ada8000@example.test","addresses":[{"id":"home","type":"delivery","name":"Home","street":"Side St"}]}`
	l.wire.forbid = "res.partner.load"
	if out, err := l.send("customer.upsert", "8000", data); err != nil || out.Kind != command.Parked {
		t.Fatalf("%+v, %s", out, whole(err))
	}
	l.wire.forbid = ""
	l.exec("INSERT INTO res_partner (id, name, email, type, active) VALUES (960, 'Ada L.', 'other@example.test', 'contact', true)")
	l.exec("INSERT INTO ir_model_data (module, name, model, res_id) VALUES ('channel_shopify', 'customer_8000', 'res.partner', 960)")
	out := l.applied("customer.upsert", "8000", data)
	left := ""
	for _, p := range out.Problems {
		left += p.Code + " " + p.Path + "; "
	}
	if want := schema.CodeNotOwned + " name; " + schema.CodeNotOwned + " email; " + schema.CodeNotOwned + " addresses[0]; "; left != want || out.Odoo.ID != 960 {
		t.Errorf("%s of %d, want %s", left, out.Odoo.ID, want)
	}
}

// killedAt carries out a command until its n-th failpoint, where the process ends.
func (l *lab) killedAt(n int, run func() (command.Outcome, error)) {
	l.t.Helper()
	passed := 0
	l.at = func(string) error {
		if passed++; passed-1 == n {
			return errKilled
		}
		return nil
	}
	_, err := run()
	l.at = nil
	if !errors.Is(err, errKilled) {
		l.t.Fatalf("it was not ended: %v", err)
	}
}

// sellScales takes three away as a sale does.
func (l *lab) sellScales() {
	l.exec("UPDATE stock_quant SET quantity = quantity - 3 WHERE product_id = 8 AND location_id = 8")
}

// TestAnAdjustmentIsByAsManyThoughGoodsMoveAmidIt has three be sold between the adjustment's last look at the stock and its write, and has the
// process end at every point after that.
func TestAnAdjustmentIsByAsManyThoughGoodsMoveAmidIt(t *testing.T) {
	l := newLab(t)
	n := 0
	for kill := 0; ; kill++ {
		n++
		l.scales(25)
		killed := l.amid("before write quant", l.sellScales, kill)
		l.persist("stock.adjust", fmt.Sprint(n), adjustBroken)
		l.applied("stock.adjust", fmt.Sprint(n), adjustBroken)
		l.at = nil
		l.wantScales(20)
		if !*killed {
			if kill < 5 {
				t.Errorf("only %d points were passed", kill)
			}
			return
		}
	}
}

// TestAnAdjustmentThatIsParkedIsNotHalfDone has all be sold between the adjustment's last look at the stock and its write, so that there are too
// few of them, and has the process end at every point after that. Nothing of it is done while it is parked, and all of it, once, when it is tried
// again.
func TestAnAdjustmentThatIsParkedIsNotHalfDone(t *testing.T) {
	l := newLab(t)
	for n := 100; ; n++ {
		l.scales(3)
		killed := l.amid("before write quant", l.sellScales, n-100)
		out := l.persist("stock.adjust", fmt.Sprint(n), adjustBroken)
		l.at = nil
		if out.Kind != command.Parked || out.Problems[0].Code != schema.CodeNegativeStock || out.Odoo.Model != "stock.move" ||
			out.Problems[0].Message != "there are only 0: goods moved while it was written, which was taken back; nothing of it is done" {
			t.Errorf("%+v", out)
		}
		l.wantScales(0)
		l.scales(5) // they are counted
		l.parked = schema.CodeNegativeStock
		for range 2 {
			if out := l.persist("stock.adjust", fmt.Sprint(n), adjustBroken); out.Kind != command.Applied {
				t.Errorf("%+v", out)
			}
			l.wantScales(3)
		}
		l.parked = ""
		if !*killed {
			if n < 106 {
				t.Errorf("only %d points were passed", n-100)
			}
			return
		}
	}
}
