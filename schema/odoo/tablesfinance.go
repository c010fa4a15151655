package odoo

// financeTables are the mirrored tables of invoices and payments, and of what
// a customer agreed to and collects.
type financeTables struct {
	journal, document, documentLine, lineOrders, lineTaxes, tax, term   *Table
	reconcile, payment, paymentInvoices                                 *Table
	transaction, transactionOrders, transactionInvoices                 *Table
	blacklist, mailingContact, subscription, mailingList, card, program *Table
}

// The columns of account_move, which holds every entry of the books; invoices
// and credit notes are those of a customer's move_type.
const (
	documentID = iota
	documentName
	documentCompany
	documentType
	documentState
	documentPaymentState
	documentPartner
	documentCommercial
	documentCurrency
	documentUntaxed
	documentTax
	documentTotal
	documentResidual
	documentDate
	documentDue
	documentRef
	documentPaymentRef
	documentOrigin
	documentReverses
	documentJournal
	documentBooked
	documentPayment
)

// The columns of account_move_line.
const (
	documentLineID = iota
	documentLineDocument
	documentLineSequence
	documentLineDisplay
	documentLineProduct
	documentLineName
	documentLineQuantity
	documentLineUoM
	documentLinePrice
	documentLineDiscount
	documentLineSubtotal
	documentLineTotal
	documentLinePayment
	documentLineHidden // Odoo 15 alone
	documentLineDue    // Odoo 15 alone
)

const (
	journalCode = 2

	lineOrdersInvoiceLine = 0
	lineOrdersOrderLine   = 1

	lineTaxesLine = 0
	lineTaxesTax  = 1

	paymentInvoicesInvoice = 0
	paymentInvoicesPayment = 1

	transactionOf = 0 // in both relations
	transactionTo = 1
)

// The columns of account_partial_reconcile.
const (
	reconcileID = iota
	reconcileDebit
	reconcileCredit
	reconcileDebitAmount
	reconcileCreditAmount
)

// The columns of account_payment. Until Odoo 17 the payment's entry has what is
// missing there.
const (
	paymentID = iota
	paymentMove
	paymentType
	paymentPartnerType
	paymentPartner
	paymentAmount
	paymentCurrency
	paymentReconciled
	paymentMatched
	paymentProviderRef
	paymentInternal
	paymentTransaction
	paymentName
	paymentState
	paymentDate
	paymentMemo
	paymentJournal
	paymentCompany
)

// The columns of payment_transaction.
const (
	transactionID = iota
	transactionReference
	transactionProviderRef
	transactionState
	transactionAmount
	transactionCurrency
	transactionCompany
	transactionPartner
	transactionPayment
	transactionChanged
)

// The columns of what a customer agreed to and collects.
const (
	blacklistEmail  = 1
	blacklistActive = 2

	mailingContactEmail = 1

	subscriptionContact = 1
	subscriptionList    = 2
	subscriptionOptOut  = 3

	cardPartner = 1
	cardProgram = 2
	cardPoints  = 3
	cardExpires = 4
	cardActive  = 5

	programType = 2

	uomFactor   = 2
	uomRounding = 3
	uomCategory = 4
)
