package odoo_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// unrecorded are the tables that the recordings left out, or whose modules were
// not installed. Their columns are taken from Odoo's documentation.
func unrecorded(release string) map[string]map[string]string {
	record := func(columns ...string) map[string]string {
		all := map[string]string{"id": "integer", "create_uid": "integer", "write_uid": "integer", "write_date": "timestamp without time zone"}
		for _, c := range columns {
			name, typ, _ := strings.Cut(c, " ")
			all[name] = typ
		}
		return all
	}
	pair := func(a, b string) map[string]string { return map[string]string{a: "integer", b: "integer"} }
	tables := map[string]map[string]string{
		"account_move_line_account_tax_rel": pair("account_move_line_id", "account_tax_id"),
		"sale_order_transaction_rel":        pair("transaction_id", "sale_order_id"),
		"account_invoice_transaction_rel":   pair("transaction_id", "invoice_id"),
		"mail_blacklist":                    record("email character varying", "active boolean"),
		"mailing_contact":                   record("email_normalized character varying"),
		"mailing_subscription":              record("contact_id integer", "list_id integer", "opt_out boolean"),
		"mailing_list":                      record("name character varying"),
	}
	if release == "18" {
		tables["account_move__account_payment"] = pair("invoice_id", "payment_id")
	}
	return tables
}

// fullBridge has every module installed, the recordings played, and something
// in every table.
func fullBridge(t testing.TB, release string) *bridge {
	t.Helper()
	columns := columnsOf(t, release)
	maps.Copy(columns, unrecorded(release))
	p, err := odoo.For(release+".0", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := odoo.Check(p, columns); err != nil {
		t.Fatal(err)
	}
	b := emptyBridge(t, p)
	baseline(t, release, func(table string, values map[string]string) {
		if mapped := b.byName[table]; mapped != nil {
			b.set(mapped, values)
		}
	})
	b.adopt()
	for _, r := range testkit.Recordings(t, release) {
		for _, tx := range append(r.Setup, r.Transactions...) {
			b.play(tx)
		}
	}
	b.insert(rowsOfAll(release))
	b.commit()
	for _, table := range p.Tables {
		if len(b.rows[table.ID]) == 0 && !table.Absent {
			t.Errorf("nothing is in %s", table.Name)
		}
	}
	return b
}

type values = map[string]string

// insert adds rows, by table; a table's name may bear a number to be there twice.
func (b *bridge) insert(rows map[string]values) {
	b.t.Helper()
	for name, row := range rows {
		name, _, _ = strings.Cut(name, "#")
		table := b.byName[name]
		if table == nil {
			b.t.Fatalf("no table %s", name)
		}
		b.set(table, row)
	}
}

// The documents and the customer that the recordings leave behind.
const (
	recordedInvoice = "25"
	recordedRefund  = "27"
)

// recordedCustomer is the partner that the recordings create first, and its address.
func recordedCustomer(release string) (partner, address string) {
	if release == "18" {
		return "46", "47"
	}
	return "45", "46"
}

// receivable is the line of a recorded document that payments are matched with.
func receivable(release, document string) string {
	return map[string]string{"17/25": "72", "17/27": "78", "18/25": "60", "18/27": "65"}[release+"/"+document]
}

func rowsOfAll(release string) map[string]values {
	ada, home := recordedCustomer(release)
	rows := map[string]values{
		"account_payment#2":                   {"id": "2", "move_id": "90", "payment_type": "outbound", "partner_type": "customer", "partner_id": ada, "amount": "10.5", "currency_id": "1", "is_reconciled": "f", "state": "in_process"},
		"account_payment#3":                   {"id": "3", "move_id": "91", "payment_type": "inbound", "partner_type": "customer", "partner_id": home, "amount": "7", "currency_id": "1", "is_reconciled": "f", "state": "draft"},
		"account_move#90":                     {"id": "90", "move_type": "entry", "state": "posted", "name": "P2", "payment_id": "2", "origin_payment_id": "2", "journal_id": "6", "date": "2026-11-24"},
		"account_move#91":                     {"id": "91", "move_type": "entry", "state": "draft", "name": "/", "payment_id": "3", "origin_payment_id": "3", "journal_id": "7", "date": "2026-11-25"},
		"account_move_line#901":               {"id": "901", "move_id": "90", "payment_id": "2", "display_type": "product"},
		"account_partial_reconcile#2":         {"id": "2", "debit_move_id": "901", "credit_move_id": receivable(release, recordedRefund), "debit_amount_currency": "10.5", "credit_amount_currency": "10.5"},
		"payment_transaction#1":               {"id": "1", "reference": "S00025-1", "provider_reference": "ch_1", "state": "done", "amount": "5", "currency_id": "1", "company_id": "1", "partner_id": ada, "payment_id": "1", "last_state_change": "2026-11-24 10:00:00"},
		"payment_transaction#2":               {"id": "2", "reference": "S00025-2", "state": "draft", "amount": "6", "currency_id": "1", "company_id": "1", "partner_id": ada},
		"sale_order_transaction_rel#1":        {"transaction_id": "1", "sale_order_id": "25"},
		"sale_order_transaction_rel#2":        {"transaction_id": "2", "sale_order_id": "4"},
		"account_invoice_transaction_rel#1":   {"transaction_id": "1", "invoice_id": recordedInvoice},
		"account_move_line_account_tax_rel#1": {"account_move_line_id": receivable(release, recordedInvoice), "account_tax_id": "1"},
		"mail_blacklist#1":                    {"id": "1", "email": "ada@example.test", "active": "t"},
		"mail_blacklist#2":                    {"id": "2", "email": "info@agrolait.com", "active": "f"},
		"mailing_list#1":                      {"id": "1", "name": "Newsletter"}, "mailing_list#2": {"id": "2", "name": "Offers"},
		"mailing_contact#1":      {"id": "1", "email_normalized": "ada@example.test"},
		"mailing_contact#2":      {"id": "2", "email_normalized": "other@example.test"},
		"mailing_subscription#1": {"id": "1", "contact_id": "1", "list_id": "1", "opt_out": "t"},
		"mailing_subscription#2": {"id": "2", "contact_id": "1", "list_id": "2", "opt_out": "f"},
		"loyalty_card#1":         {"id": "1", "partner_id": ada, "program_id": "1", "points": "12.5", "active": "t"},
		"loyalty_card#2":         {"id": "2", "partner_id": home, "program_id": "2", "points": "3", "expiration_date": "2027-01-31", "active": "t"},
		"ir_model_data#90001":    {"id": "90001", "module": "channel_pos", "name": "inv-1", "model": "account.move", "res_id": recordedInvoice},
		"ir_model_data#90002":    {"id": "90002", "module": "channel_pos", "name": "pay-1", "model": "account.payment", "res_id": "1"},
		"ir_model_data#90003":    {"id": "90003", "module": "channel_pos", "name": "tx-1", "model": "payment.transaction", "res_id": "1"},
		"ir_model_data#90004":    {"id": "90004", "module": "channel_pos", "name": "ada", "model": "res.partner", "res_id": ada},
	}
	if release == "18" {
		rows["account_move__account_payment#1"] = values{"invoice_id": recordedInvoice, "payment_id": "1"}
		rows["account_move__account_payment#2"] = values{"invoice_id": recordedInvoice, "payment_id": "2"}
	}
	return rows
}
