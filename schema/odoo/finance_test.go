package odoo_test

import (
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

func (b *bridge) bodyOf(t *testing.T, entity string, key odoo.Key) []byte {
	t.Helper()
	_, documents := b.entityOf(entity)
	if documents[key].body == nil {
		t.Fatalf("no %s %v", entity, key)
	}
	return documents[key].body
}

func is(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %s, want %s", what, got, want)
	}
}

// TestInvoicesAndPaymentsOfEveryReleaseSayTheSame holds the mapping's own logic
// for the releases that nothing was recorded of.
func TestInvoicesAndPaymentsOfEveryReleaseSayTheSame(t *testing.T) {
	for _, release := range odoo.Releases() {
		t.Run(release, func(t *testing.T) {
			b := shop(t, release)
			product, note := "product", "line_note"
			if release == "15.0" {
				product = `\N`
			}
			b.insert(map[string]values{
				"account_journal":             {"id": "6", "code": "BNK1", "name": "Bank"},
				"account_move#1":              {"id": "1", "name": "/", "move_type": "out_invoice", "state": "draft", "payment_state": "not_paid", "partner_id": "7", "currency_id": "1", "amount_total": "12", "amount_residual": "12", "company_id": "1"},
				"account_move_line#1":         {"id": "1", "move_id": "1", "sequence": "10", "display_type": product, "exclude_from_invoice_tab": "f", "product_id": "4", "quantity": "2", "price_unit": "5", "price_subtotal": "10", "price_total": "12"},
				"account_move_line#2":         {"id": "2", "move_id": "1", "sequence": "5", "display_type": note, "exclude_from_invoice_tab": "f", "name": "Thanks"},
				"account_move_line#3":         {"id": "3", "move_id": "1", "display_type": ifElse(release == "15.0", `\N`, "payment_term"), "exclude_from_invoice_tab": "t", "date_maturity": ifElse(release == "15.0", "2026-12-24", `\N`)},
				"account_move_line#4":         {"id": "4", "move_id": "1", "display_type": ifElse(release == "15.0", `\N`, "tax"), "exclude_from_invoice_tab": "t", "price_total": "2"},
				"sale_order_line_invoice_rel": {"invoice_line_id": "1", "order_line_id": "1"},
			})
			b.expect(t, "invoice.created invoice/1")
			b.change("account_move", 1, values{"name": "INV/1", "state": "posted"})
			posted := b.expect(t, "invoice.posted invoice/1")[0].Entity
			is(t, "number", field(posted, "name"), `"INV/1"`)
			is(t, "lines", strings.Join(lineField(posted, "display_type"), " "), `"line_note" null`)
			is(t, "tax", lineField(posted, "tax")[1], `"2.00"`)
			is(t, "orders", field(posted, "orders"), `[{"id":1,"name":"S1"}]`)

			b.insert(map[string]values{
				"account_payment":           {"id": "5", "move_id": "2", "payment_type": "inbound", "partner_type": "customer", "partner_id": "7", "amount": "12", "currency_id": "1", "is_reconciled": "f", "state": "in_process", "name": "P1", "memo": "txn", "date": "2026-01-02", "journal_id": "6", "company_id": "1"},
				"account_move":              {"id": "2", "move_type": "entry", "state": "posted", "name": "P1", "ref": "txn", "date": "2026-01-02", "journal_id": "6", "payment_id": "5", "origin_payment_id": "5", "company_id": "1"},
				"account_move_line#1":       {"id": "11", "move_id": "2", "payment_id": "5", "display_type": product},
				"account_partial_reconcile": {"id": "1", "debit_move_id": "3", "credit_move_id": "11", "debit_amount_currency": "7", "credit_amount_currency": "7"},
			})
			b.change("account_move", 1, values{"payment_state": "partial", "amount_residual": "5"})
			paid := b.expect(t, "invoice.partially_paid invoice/1", "payment.registered payment/5")[1].Entity
			for name, want := range map[string]string{
				"name": `"P1"`, "reference": `"txn"`, "date": `"2026-01-02"`, "amount": `"12.00"`, "reconciled": "false",
				"journal": `{"id":6,"code":"BNK1","name":"Bank"}`, "invoices": `[{"id":1,"entity":"invoice","name":"INV/1","amount":"7.00"}]`,
			} {
				is(t, name, field(paid, name), want)
			}
			b.change("account_partial_reconcile", 1, values{"debit_amount_currency": "12"})
			b.change("account_payment", 5, values{"is_reconciled": "t"})
			b.change("account_move", 1, values{"payment_state": "in_payment", "amount_residual": "0"})
			b.expect(t, "invoice.paid invoice/1", "payment.reconciled payment/5")

			b.change("account_move", 2, values{"state": "cancel"})
			b.change("account_payment", 5, values{"state": "canceled", "is_reconciled": "f"})
			gone := b.expect(t, "payment.cancelled payment/5")[0].Entity
			is(t, "state", field(gone, "state"), `"canceled"`)
			if release < "18.0" == strings.Contains(b.profileTables(), "account_move__account_payment") {
				t.Errorf("the tables are %s", b.profileTables())
			}
		})
	}
}

func ifElse(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

func (b *bridge) profileTables() string {
	var names []string
	for _, t := range b.profile.Tables {
		names = append(names, t.Name)
	}
	return strings.Join(names, " ")
}

// TestAPostedInvoiceKeepsWhatTheCustomerGot: the customer moves and the product is renamed.
func TestAPostedInvoiceKeepsWhatTheCustomerGot(t *testing.T) {
	for _, release := range releases {
		b := fullBridge(t, release)
		ada, _ := recordedCustomer(release)
		before := b.bodyOf(t, "invoice", odoo.Key{25})
		b.change("res_partner", atoi(ada), values{"street": "moved", "name": "Ada Lovelace"})
		b.change("product_product", 17, values{"default_code": "NEW"})
		for _, e := range b.commit() {
			if strings.HasPrefix(e.Type, "invoice.") || strings.HasPrefix(e.Type, "payment.") {
				t.Errorf("%s: %s", e.Type, e.Entity)
			}
		}
		b.change("account_move", 25, values{"ref": "their number"})
		after := b.expect(t, "invoice.updated invoice/25")[0]
		for _, name := range []string{"customer", "invoice_address", "lines"} {
			is(t, name, field(after.Entity, name), field(before, name))
		}
		if len(after.Changed) != 1 || after.Changed[0] != "reference" {
			t.Errorf("changed %v", after.Changed)
		}
	}
}

// TestOwnNamesOfDocumentsAreShown: a channel's external ids of invoices, payments and transactions.
func TestOwnNamesOfDocumentsAreShown(t *testing.T) {
	for _, release := range releases {
		b := fullBridge(t, release)
		for row, key := range map[int64]struct {
			subject string
			key     odoo.Key
		}{90001: {"invoice/25", odoo.Key{25}}, 90002: {"payment/1", odoo.Key{1}}, 90003: {"payment/transaction-1", odoo.Key{1, 1}}} {
			b.change("ir_model_data", row, values{"name": "renamed"})
			entity, _, _ := strings.Cut(key.subject, "/")
			b.expect(t, entity+".updated "+key.subject)
			is(t, key.subject, field(b.bodyOf(t, entity, key.key), "external_ids"), `{"pos":"renamed"}`)
		}
	}
}

func TestTransactionsAreToldOnceThereIsMoneyInThem(t *testing.T) {
	b := fullBridge(t, "18")
	booked := b.bodyOf(t, "payment", odoo.Key{1, 1})
	is(t, "payment", field(booked, "payment_id"), "1")
	is(t, "orders", field(booked, "orders"), `[{"id":25,"name":"S00025"}]`)
	is(t, "invoices", field(booked, "invoices"), `[{"id":25,"entity":"invoice","name":"INV/2026/00005","amount":null}]`)
	is(t, "date", field(booked, "date"), `"2026-11-24"`)
	b.change("payment_transaction", 2, values{"state": "pending"})
	b.expect(t)
	b.change("payment_transaction", 2, values{"state": "authorized"})
	b.expect(t, "payment.registered payment/transaction-2")
	b.change("payment_transaction", 2, values{"state": "done"})
	b.expect(t, "payment.updated payment/transaction-2")
	b.change("payment_transaction", 2, values{"state": "cancel"})
	b.expect(t, "payment.cancelled payment/transaction-2")
	b.insert(map[string]values{"payment_transaction": {"id": "3", "reference": "R", "state": "done", "amount": "-4.5", "currency_id": "1"}})
	refund := b.expect(t, "payment.registered payment/transaction-3")[0].Entity
	is(t, "money back", field(refund, "direction")+field(refund, "amount"), `"outbound""4.50"`)
}

// TestAPaymentWithoutAnEntryIsReconciledByItsState: Odoo 18 books none where no account is set for it.
func TestAPaymentWithoutAnEntryIsReconciledByItsState(t *testing.T) {
	b := fullBridge(t, "18")
	b.insert(map[string]values{
		"account_payment":               {"id": "9", "payment_type": "inbound", "partner_type": "customer", "amount": "3", "currency_id": "1", "state": "in_process", "is_reconciled": "f", "is_matched": "f"},
		"account_move__account_payment": {"invoice_id": recordedInvoice, "payment_id": "9"},
	})
	e := b.expect(t, "payment.registered payment/9")[0]
	is(t, "invoices", field(e.Entity, "invoices"), `[{"id":25,"entity":"invoice","name":"INV/2026/00005","amount":null}]`)
	b.change("account_payment", 9, values{"state": "paid", "is_matched": "t"})
	b.expect(t, "payment.reconciled payment/9")
}

// TestOthersPaymentsAndDocumentsAreNobodysBusiness: vendors, transfers between own accounts, the rest of the books.
func TestOthersPaymentsAndDocumentsAreNobodysBusiness(t *testing.T) {
	b := fullBridge(t, "17")
	b.insert(map[string]values{
		"account_payment#1": {"id": "8", "partner_type": "supplier", "state": "posted", "move_id": "90"},
		"account_payment#2": {"id": "9", "partner_type": "customer", "is_internal_transfer": "t", "move_id": "90"},
		"account_move#1":    {"id": "80", "move_type": "in_invoice", "state": "posted"},
		"account_move#2":    {"id": "81", "move_type": "entry", "state": "posted"},
		"account_move_line": {"id": "800", "move_id": "81", "display_type": "cogs"},
	})
	b.expect(t)
	for table, id := range map[string]int64{"account_move": 81, "account_move_line": 800} {
		if _, there := b.Get(b.byName[table], odoo.Key{id}); there {
			t.Errorf("the mirror keeps a row of %s that no document needs", table)
		}
	}
}
