package schema

import "slices"

func date(name, doc string) Property {
	return Property{Name: name, Kind: Date, Nullable: true, Doc: doc}
}

func buyer(doc string) Property {
	return Property{Name: "customer", Kind: Object, Doc: doc, Properties: []Property{
		{Name: "id", Kind: Integer, Nullable: true, Doc: "key of the customer"},
		{Name: "partner_id", Kind: Integer, Nullable: true, Doc: "Odoo's id of the contact: the customer, or one below it"},
		text("name", "the customer's name"), externalIDs("customer"),
	}}
}

func numbered(id, name string) []Property {
	return []Property{{Name: "id", Kind: Integer, Doc: id}, text("name", name)}
}

func invoice() Entity {
	e := document("invoice")
	e.Doc = "An invoice to a customer. Its number comes with its posting, so its key is its id. Once posted it keeps the address, name and SKUs it was posted with; " +
		"a draft shows them as of its own last change."
	return e
}

func refund() Entity {
	e := document("refund")
	e.Doc = "A credit note to a customer: money to give back, or to set off against what the customer owes. Amounts are positive. What is said of invoices holds for it too."
	return e
}

func document(name string) Entity {
	return Entity{
		Name: name, Key: "id", Example: name + "/25", From: "account_move of a customer with the lines that the document shows, orders, taxes",
		Properties: slices.Concat(
			[]Property{
				idOf(name), text("name", "number, like INV/2026/00005; null until it is posted"), companyID("company that issues it"),
				{Name: "state", Kind: String, Nullable: true, Doc: "draft, posted or cancel"},
				text("payment_state", "not_paid, partial, in_payment (paid, but the bank's statement does not show it yet), paid, reversed (credited in full), "+
					"blocked (Odoo 18) or invoicing_legacy"),
				date("date", "date of the document; null until it is posted, unless somebody chose one"), date("due_date", "when it is to be paid"),
				buyer("whom it is for"), address("invoice_address", "where it goes"),
				text("currency", "currency of all amounts, ISO 4217"),
				{Name: "amount_untaxed", Kind: Money, Nullable: true, Doc: "total without tax"},
				{Name: "amount_tax", Kind: Money, Nullable: true, Doc: "tax"},
				{Name: "amount_total", Kind: Money, Nullable: true, Doc: "total with tax"},
				{Name: "amount_residual", Kind: Money, Nullable: true, Doc: "what is still to be paid"},
				text("reference", "the customer's, or the channel's, own number"), text("payment_reference", "what a payment should name"),
				text("source_document", "what it came from, as Odoo's field invoice_origin has it"),
				{Name: "reversal_of", Kind: Object, Nullable: true, Doc: "the document that this one takes back", Properties: numbered("its id", "its number")},
				{Name: "orders", Kind: Objects, Optional: true, Doc: "the orders whose lines are on it, by id", Properties: numbered("Odoo's id of the order", "its number, the key of the order")},
			},
			[]Property{documentLines(), externalIDs(name), custom("account_move")},
		),
		Events: []Happening{
			{"created", "There is a new document, as a rule a draft."},
			{"updated", "Something of it changed, and none of the following happened."},
			{"posted", "It was posted: it has a number now, and counts."},
			{"paid", "Nothing is to be paid any more: payment_state became paid or in_payment. When in_payment becomes paid later, that is an update."},
			{"partially_paid", "A part was paid; also when a further part is."},
			{"reversed", "It was credited in full by another document, and nothing is to be paid."},
			{"reopened", "It was posted or cancelled, and is a draft again."},
			{"cancelled", "It does not count: cancelled, or deleted. The event carries the last document."},
		},
	}
}

func documentLines() Property {
	return Property{Name: "lines", Kind: Objects, Doc: "the lines that a person sees on it, in their order; no taxes, roundings or other bookkeeping", Properties: []Property{
		idOf("line"), {Name: "sequence", Kind: Integer, Doc: "lines are ordered by this, then by id"},
		{Name: "product_id", Kind: Integer, Nullable: true, Doc: "key of the product"}, text("sku", "the product's internal reference"),
		text("name", "description"), text("display_type", "line_section, line_subsection or line_note; null for a line that counts"),
		{Name: "quantity", Kind: Quantity, Nullable: true, Doc: "in the line's unit"}, text("uom", "the line's unit of measure"),
		{Name: "unit_price", Kind: Money, Nullable: true, Doc: "price of one unit before discount"},
		{Name: "discount", Kind: Quantity, Nullable: true, Doc: "percent"},
		{Name: "subtotal", Kind: Money, Nullable: true, Doc: "without tax"}, {Name: "tax", Kind: Money, Nullable: true, Doc: "tax"},
		{Name: "total", Kind: Money, Nullable: true, Doc: "with tax"},
		{Name: "taxes", Kind: Strings, Optional: true, Doc: "names of the taxes, in English where there is one, by id"},
		{Name: "order_line_id", Kind: Integer, Nullable: true, Optional: true, Doc: "id of the order's line that it invoices or credits"},
		custom("account_move_line"),
	}}
}

func payment() Entity {
	return Entity{
		Name: "payment", Key: "id, or transaction- and id", Example: "payment/1", From: "account_payment and, until Odoo 17, its account_move; payment_transaction; reconciliations",
		Doc: "Money from a customer, or back to one. Odoo has two kinds: what is booked (`account.payment`, key `1`) and what an online provider reports " +
			"(`payment.transaction`, key `transaction-7`). A transaction that was booked names the payment in `payment_id`: it is the same money, so add up one kind only. " +
			"Of a draft, or a transaction without money in it, nothing is told. Names of the customer and of what it pays are as of the payment's own last change.",
		Properties: []Property{
			idOf("payment or transaction"), {Name: "kind", Kind: String, Doc: "payment or transaction"},
			text("name", "number, like PBNK1/2026/00001; of a transaction its reference"), companyID("company that it belongs to"),
			{Name: "state", Kind: String, Nullable: true, Doc: "of a payment: draft, posted, canceled (Odoo 17 and earlier), or draft, in_process, paid, canceled, rejected; " +
				"of a transaction: draft, pending, authorized, done, canceled, error"},
			text("direction", "inbound: from the customer; outbound: to the customer"), buyer("who pays, or is paid"),
			{Name: "amount", Kind: Money, Nullable: true, Doc: "always positive"}, text("currency", "currency of the amount, ISO 4217"),
			date("date", "when it was paid; of a transaction the day in UTC of its last change of state"),
			{Name: "journal", Kind: Object, Nullable: true, Doc: "the journal that it is booked in; null for a transaction", Properties: []Property{
				{Name: "id", Kind: Integer, Doc: "Odoo's id"}, text("code", "short name, like BNK1"), text("name", "name, in English where there is one"),
			}},
			text("reference", "memo: what the payer, or the channel, wrote"),
			text("provider_reference", "the provider's own number of it; of a payment Odoo's field payment_reference"),
			{Name: "reconciled", Kind: Boolean, Optional: true, Doc: "all of it is matched with what it pays; payments only"},
			{Name: "matched", Kind: Boolean, Optional: true, Doc: "the bank's statement shows it; payments only"},
			{Name: "invoices", Kind: Objects, Doc: "the customer's invoices and refunds that it pays, by id", Properties: []Property{
				{Name: "id", Kind: Integer, Doc: "key of the document"}, {Name: "entity", Kind: String, Doc: "invoice or refund"}, text("name", "number of the document"),
				{Name: "amount", Kind: Money, Nullable: true, Doc: "how much of it this pays, in the document's currency; null while it is meant for it and not matched with it"},
			}},
			{Name: "orders", Kind: Objects, Optional: true, Doc: "the orders that a transaction is for, by id", Properties: numbered("Odoo's id of the order", "its number, the key of the order")},
			{Name: "transaction_id", Kind: Integer, Nullable: true, Optional: true, Doc: "of a payment: the transaction that it books"},
			{Name: "payment_id", Kind: Integer, Nullable: true, Optional: true, Doc: "of a transaction: the payment that books it"},
			externalIDs("payment or transaction"), custom("account_payment, or of payment_transaction"),
		},
		Events: []Happening{
			{"registered", "There is money: the payment was posted, or the transaction authorized or done. Also when one that was cancelled is posted again."},
			{"updated", "Something of it changed: what it pays, its state, its memo."},
			{"reconciled", "All of the payment is matched with what it pays. Right after registered where Odoo did both at once."},
			{"cancelled", "The money is not, or no longer, there: cancelled, rejected, failed, made a draft again, or deleted."},
		},
	}
}
