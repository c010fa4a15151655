package schema

import "slices"

func paymentRecord() Command {
	return Command{
		Name: "payment.record", Subject: "payment", Workload: Finance,
		Once: "the transaction's id with its method",
		Doc: "Money of a customer has arrived, for an order or an invoice, whole or in part. It is registered in the journal that the method is mapped to. " +
			"An order that is not there yet makes the payment wait. More than is open of the invoice or the order is parked as `payment_mismatch`; what the channel has paid of the order before it was invoiced counts.",
		OneOf: [][]string{oneDocument},
		Inputs: slices.Concat(orderOrInvoice("is paid"), []Input{
			{Name: "amount", Kind: Positive, Required: true, Doc: "what was paid"},
			currencyInput(),
			required1(code("method", "how, as `mapping.payment_methods` maps it to a journal")),
			required1(own("transaction_id", "the payment provider's id of the transaction")),
			required1(moment("paid_at", "when")),
			line1("memo", "text on the payment; the transaction's id when absent"),
		}),
	}
}

func refundRecord() Command {
	return Command{
		Name: "refund.record", Subject: "refund", Workload: Finance,
		Once: "the refund's id",
		Doc: "Money is given back: all of it, an amount, or by line. The bridge makes a credit note of the order's invoice, and the outgoing payment when `payment` is there. " +
			"More than was invoiced, together with the credit notes that are there already, whoever made them, is parked as `payment_mismatch` with these as `candidates`, before anything is made. " +
			"It does not move goods: that is `return.request`.",
		OneOf: [][]string{oneDocument, {"full", "amount", "lines"}},
		Inputs: slices.Concat(orderOrInvoice("is refunded"), []Input{
			{Name: "full", Kind: Boolean, Values: []string{"true"}, Doc: "true: everything that was invoiced"},
			{Name: "amount", Kind: Positive, Doc: "an amount with tax, without saying for what, instead; less than all only of an invoice whose lines, the delivery's included, bear the same taxes: else say it by line"},
			{Name: "lines", Kind: Objects, Doc: "by line, instead", OneOf: [][]string{{"line", "sku", "barcode"}}, Inputs: slices.Concat(
				[]Input{once(own("line", "the channel's own id of the order's line"))}, productInputs(),
				[]Input{quantityInput("how many"), {Name: "amount", Kind: Positive, Doc: "what is given back for them, with tax; their price when absent"}})},
			{Name: "delivery", Kind: Unsigned, Doc: "with lines: what is given back of the delivery's price, with tax"},
			{Name: "total", Kind: Positive, Doc: "what the customer was told, with tax, to be compared with what Odoo makes of it"},
			currencyInput(),
			longText("reason", "why; in the credit note's reference"),
			required1(moment("refunded_at", "when")),
			{Name: "payment", Kind: Object, Doc: "how the money went back; without it only the credit note is made", Inputs: []Input{
				required1(code("method", "as `mapping.payment_methods` maps it to a journal")),
				required1(own("transaction_id", "the payment provider's id of the transaction")),
				{Name: "amount", Kind: Positive, Doc: "what went back; all of the credit note when absent"},
			}},
		}),
	}
}
