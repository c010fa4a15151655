package apply

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// TestAPaymentOfWhatCannotBeInvoicedYetIsRegisteredForTheCustomer pays an order before its goods are
// delivered, by the rule that makes the invoice first.
func TestAPaymentOfWhatCannotBeInvoicedYetIsRegisteredForTheCustomer(t *testing.T) {
	l := newLab(t)
	l.shop.PaymentInvoices = "invoice"
	l.applied("order.place", subjectOf(1), anOrder(1, ""))
	pay := fmt.Sprintf(`{"order":%q,"amount":"39.96","currency":"USD","method":"card","transaction_id":"t1","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(1))
	for range 2 {
		out := l.applied("payment.record", "1", pay)
		if out.Odoo.Model != "account.payment" || len(out.Problems) != 1 || out.Problems[0].Code != schema.CodeNotInvoiceable {
			t.Errorf("%+v", out)
		}
	}
	if got := l.text("SELECT count(*) || ' payment, ' || (SELECT count(*) FROM account_move WHERE move_type = 'out_invoice') || ' invoices' FROM account_payment p JOIN account_move m ON m.id = p.move_id WHERE m.ref = 't1' AND m.state = 'posted'"); got != "1 payment, 0 invoices" {
		t.Error(got)
	}
	l.applied("shipment.confirm", "s1", fmt.Sprintf(`{"shipment":%q}`, l.shipment(1)))
	out := l.applied("payment.record", "2", strings.Replace(pay, "t1", "t2", 1))
	if len(out.Also) != 1 || len(out.Problems) != 0 || out.Also[0].Model != "account.move" {
		t.Errorf("no invoice was made when there was something to invoice: %+v", out)
	}
}

// TestAPaymentThatAnInvoiceCameForIsNotToldAsOneWithout has the payment of an order cut off twice: before it was registered for the
// customer, as nothing could be invoiced yet, and, the goods having left meanwhile, after it was registered against the invoice.
func TestAPaymentThatAnInvoiceCameForIsNotToldAsOneWithout(t *testing.T) {
	l := newLab(t)
	l.x.bindings = l
	l.shop.PaymentInvoices = "invoice"
	l.applied("order.place", subjectOf(1), anOrder(1, ""))
	pay := fmt.Sprintf(`{"order":%q,"amount":"39.96","currency":"USD","method":"card","transaction_id":"t1","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(1))
	cutAt := func(step string) {
		t.Helper()
		l.at = func(at string) error {
			if at == step {
				return errKilled
			}
			return nil
		}
		if _, err := l.send("payment.record", "1", pay); !errors.Is(err, errKilled) {
			t.Fatalf("not cut off %s: %v", step, err)
		}
		l.at = nil
	}
	cutAt("before load payment")
	l.applied("shipment.confirm", "s1", fmt.Sprintf(`{"shipment":%q}`, l.shipment(1)))
	cutAt("after register payment")
	if out := l.applied("payment.record", "1", pay); len(out.Problems) != 0 || len(out.Bindings) != 0 {
		t.Errorf("told as a payment without an invoice: %+v", out)
	}
	if got := l.text("SELECT string_agg(payment_state, '+') FROM account_move WHERE move_type = 'out_invoice'"); got != "paid" {
		t.Errorf("the invoice is %s", got)
	}
}

// TestATimeToComeIsNotBelieved confirms a shipment that is still to leave, and cancels in vain with a reason.
func TestATimeToComeIsNotBelieved(t *testing.T) {
	l := newLab(t)
	l.applied("order.place", subjectOf(1), anOrder(1, ""))
	l.applied("shipment.confirm", "1", fmt.Sprintf(`{"shipment":%q,"shipped_at":"2099-01-01T00:00:00Z"}`, l.shipment(1)))
	if n := l.count("SELECT count(*) FROM stock_picking WHERE date_done > now() + interval '1 day'"); n != 0 {
		t.Errorf("%d shipments left in the future", n)
	}
	out := l.stopped(command.Parked, schema.CodeLateConfirmation, "order.cancel", subjectOf(1), `{"reason":"too late"}`)
	if l.count("SELECT count(*) FROM mail_message WHERE res_id = $1", out.Odoo.ID) != 0 {
		t.Error("an order that was not cancelled says why it was")
	}
}

// TestATextIsNoMarkup has notes of several lines with angle brackets, which are HTML in Odoo: what stood between them was lost there, and
// a channel could have put links into quotations.
func TestATextIsNoMarkup(t *testing.T) {
	l := newLab(t)
	const note = `"note":"If 1 <2, ring\nat <a href='x'>Bär & Co</a>"`
	const kept = `<p>If 1 &lt;2, ring<br>at &lt;a href=&#39;x&#39;&gt;Bär &amp; Co&lt;/a&gt;</p>`
	out := l.applied("order.place", subjectOf(1), anOrder(1, ","+note))
	if got := l.text("SELECT note FROM sale_order WHERE id = $1", out.Odoo.ID); got != kept {
		t.Error(got)
	}
	out = l.applied("customer.upsert", "c", `{"name":"Noted",`+note+`}`)
	if got := l.text("SELECT comment FROM res_partner WHERE id = $1", out.Odoo.ID); got != kept {
		t.Error(got)
	}
}

// TestMarkupThatSaysTheSameIsTheSame is how Odoo writes a note back: other marks around it are no other note.
func TestMarkupThatSaysTheSameIsTheSame(t *testing.T) {
	for markup, same := range map[string]bool{
		`<p>1 &lt; 2<br>"so"</p>`:                               true,
		`<p>1 &lt; 2<br/>&quot;so&quot;</p>`:                    true,
		`<div data-o="1"><p>1 &lt; 2 </p><p>&#34;so"</p></div>`: true,
		`<p>1 &lt; 3<br>"so"</p>`:                               false,
		``:                                                      false,
	} {
		if got := shownBy(markup) == shownBy(asHTML("1 < 2\r\n\"so\"")); got != same {
			t.Errorf("%s: the same is %v", markup, got)
		}
	}
}
