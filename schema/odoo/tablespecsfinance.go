package odoo

// The modules whose tables need not be there. A relation that came with a
// later release, or with a module on top of two others, stands for itself.
const (
	moduleAccount             = "account"
	moduleAccountTax          = "account, taxes"
	moduleAccountTaxes        = "account, taxes of lines"
	moduleSaleInvoices        = "sale, invoices of lines"
	moduleAccountPaymentLinks = "account, payments of invoices"
	modulePayment             = "payment"
	modulePaymentOrders       = "payment, of orders"
	modulePaymentInvoices     = "payment, of invoices"
	moduleMail                = "mail"
	moduleMailing             = "mass_mailing"
	moduleLoyalty             = "loyalty"
)

func (t *tables) financeSpecs() []spec {
	return append(append(t.documentSpecs(), t.paymentSpecs()...), t.loyaltySpecs()...)
}

func (t *tables) documentSpecs() []spec {
	return []spec{
		{
			table: &t.journal, name: "account_journal", module: moduleAccount, resident: true,
			columns: []string{namedID: "id", namedName: "name", journalCode: "code"},
		},
		{table: &t.term, name: "account_payment_term", module: moduleAccount, resident: true, columns: []string{namedID: "id", namedName: "name"}}, // of interest to commands alone
		{table: &t.tax, name: "account_tax", module: moduleAccountTax, resident: true, columns: []string{namedID: "id", namedName: "name"}},
		{
			table: &t.document, name: "account_move", module: moduleAccount, extras: true, keep: ofCustomerOrPayment,
			columns: []string{
				documentID: "id", documentName: "name", documentCompany: "company_id", documentType: "move_type", documentState: "state",
				documentPaymentState: "payment_state", documentPartner: "partner_id", documentCommercial: "commercial_partner_id",
				documentCurrency: "currency_id", documentUntaxed: "amount_untaxed", documentTax: "amount_tax", documentTotal: "amount_total",
				documentResidual: "amount_residual", documentDate: "invoice_date", documentDue: "invoice_date_due", documentRef: "ref",
				documentPaymentRef: "payment_reference", documentOrigin: "invoice_origin", documentReverses: "reversed_entry_id",
				documentJournal: "journal_id", documentBooked: "date", documentPayment: "payment_id",
			},
		},
		{
			table: &t.documentLine, name: "account_move_line", module: moduleAccount, extras: true, keep: ofDocument,
			find: []int{documentLineDocument, documentLinePayment},
			columns: []string{
				documentLineID: "id", documentLineDocument: "move_id", documentLineSequence: "sequence", documentLineDisplay: "display_type",
				documentLineProduct: "product_id", documentLineName: "name", documentLineQuantity: "quantity", documentLineUoM: "product_uom_id",
				documentLinePrice: "price_unit", documentLineDiscount: "discount", documentLineSubtotal: "price_subtotal",
				documentLineTotal: "price_total", documentLinePayment: "payment_id", documentLineHidden: "exclude_from_invoice_tab",
				documentLineDue: "date_maturity",
			},
		},
		{
			table: &t.lineTaxes, name: "account_move_line_account_tax_rel", module: moduleAccountTaxes, keys: 2, relation: true,
			find:    []int{lineTaxesLine},
			columns: []string{lineTaxesLine: "account_move_line_id", lineTaxesTax: "account_tax_id"},
		},
		{
			table: &t.lineOrders, name: "sale_order_line_invoice_rel", module: moduleSaleInvoices, keys: 2, relation: true,
			find:    []int{lineOrdersInvoiceLine, lineOrdersOrderLine},
			columns: []string{lineOrdersInvoiceLine: "invoice_line_id", lineOrdersOrderLine: "order_line_id"},
		},
	}
}

func (t *tables) paymentSpecs() []spec {
	return []spec{
		{
			table: &t.reconcile, name: "account_partial_reconcile", module: moduleAccount, find: []int{reconcileDebit, reconcileCredit},
			columns: []string{
				reconcileID: "id", reconcileDebit: "debit_move_id", reconcileCredit: "credit_move_id",
				reconcileDebitAmount: "debit_amount_currency", reconcileCreditAmount: "credit_amount_currency",
			},
		},
		{
			table: &t.payment, name: "account_payment", module: moduleAccount, extras: true, find: []int{paymentMove},
			columns: []string{
				paymentID: "id", paymentMove: "move_id", paymentType: "payment_type", paymentPartnerType: "partner_type",
				paymentPartner: "partner_id", paymentAmount: "amount", paymentCurrency: "currency_id", paymentReconciled: "is_reconciled",
				paymentMatched: "is_matched", paymentProviderRef: "payment_reference", paymentInternal: "is_internal_transfer",
				paymentTransaction: "payment_transaction_id?", paymentName: "name", paymentState: "state", paymentDate: "date",
				paymentMemo: "memo", paymentJournal: "journal_id", paymentCompany: "company_id",
			},
		},
		{
			table: &t.paymentInvoices, name: "account_move__account_payment", since: paymentInvoicesSince, module: moduleAccountPaymentLinks, keys: 2, relation: true,
			find:    []int{paymentInvoicesInvoice, paymentInvoicesPayment},
			columns: []string{paymentInvoicesInvoice: "invoice_id", paymentInvoicesPayment: "payment_id"},
		},
		{
			table: &t.transaction, name: "payment_transaction", module: modulePayment, extras: true,
			columns: []string{
				transactionID: "id", transactionReference: "reference", transactionProviderRef: "provider_reference", transactionState: "state",
				transactionAmount: "amount", transactionCurrency: "currency_id", transactionCompany: "company_id", transactionPartner: "partner_id",
				transactionPayment: "payment_id?", transactionChanged: "last_state_change",
			},
		},
		{
			table: &t.transactionOrders, name: "sale_order_transaction_rel", module: modulePaymentOrders, keys: 2, relation: true,
			find:    []int{transactionOf},
			columns: []string{transactionOf: "transaction_id", transactionTo: "sale_order_id"},
		},
		{
			table: &t.transactionInvoices, name: "account_invoice_transaction_rel", module: modulePaymentInvoices, keys: 2, relation: true,
			find:    []int{transactionOf, transactionTo},
			columns: []string{transactionOf: "transaction_id", transactionTo: "invoice_id"},
		},
	}
}

func (t *tables) loyaltySpecs() []spec {
	return []spec{
		{
			table: &t.blacklist, name: "mail_blacklist", module: moduleMail, findText: []int{blacklistEmail},
			columns: []string{namedID: "id", blacklistEmail: "email", blacklistActive: "active"},
		},
		{
			table: &t.mailingContact, name: "mailing_contact", module: moduleMailing, findText: []int{mailingContactEmail},
			columns: []string{namedID: "id", mailingContactEmail: "email_normalized"},
		},
		{
			table: &t.subscription, name: "mailing_subscription", module: moduleMailing, find: []int{subscriptionContact},
			columns: []string{namedID: "id", subscriptionContact: "contact_id", subscriptionList: "list_id", subscriptionOptOut: "opt_out"},
		},
		{table: &t.mailingList, name: "mailing_list", module: moduleMailing, resident: true, columns: []string{namedID: "id", namedName: "name"}},
		{
			table: &t.card, name: "loyalty_card", module: moduleLoyalty, find: []int{cardPartner},
			columns: []string{
				namedID: "id", cardPartner: "partner_id", cardProgram: "program_id", cardPoints: "points", cardExpires: "expiration_date",
				cardActive: "active?",
			},
		},
		{table: &t.program, name: "loyalty_program", module: moduleLoyalty, resident: true, columns: []string{namedID: "id", namedName: "name", programType: "program_type"}},
	}
}

// paymentInvoicesSince is the release that links a payment to what it was
// registered for, matched or not.
const paymentInvoicesSince release = 18

// The kinds of account_move that are a customer's.
const (
	typeInvoice = "out_invoice"
	typeRefund  = "out_refund"
)

// ofCustomerOrPayment keeps customers' documents and the entries of payments,
// not the rest of the books.
func ofCustomerOrPayment(row Row) bool {
	return isCustomers(row) || row.Int(documentPayment) != 0
}

func isCustomers(document Row) bool {
	kind := document.field(documentType)
	return kind == typeInvoice || kind == typeRefund
}

// ofDocument keeps the lines that a document may show, those that payments are
// matched with, and those of payments; not taxes, costs of goods and roundings.
func ofDocument(row Row) bool {
	return isShown(row) || row.field(documentLineDisplay) == "payment_term" || row.Int(documentLinePayment) != 0 ||
		!row.Null(documentLineDue)
}

// isShown tells the lines that a person sees on the document from the rest.
// Odoo 15 says so in a column of its own.
func isShown(line Row) bool {
	switch line.field(documentLineDisplay) {
	case "product", "line_section", "line_subsection", "line_note":
		return true
	}
	return line.field(documentLineHidden) == "f"
}
