package schema

import "slices"

func orderPlace() Command {
	guest := slices.Concat([]Input{called("name", "name")}, reachInputs(), []Input{
		line1("company", "company"),
		{Name: "vat", Kind: String, Limit: 32, Pattern: printable, Write: inOneLine, Doc: "tax id"},
		{Name: "language", Kind: String, Pattern: languagePattern, Write: `a language: "de_DE" or "de"`, Doc: "language of documents"},
	})
	return Command{
		Name: "order.place", Subject: "order", Workload: Orders,
		Once: "the order's id: another command for the same order is a `duplicate` and changes nothing",
		Doc: "A customer ordered. The bridge makes the order with its lines and addresses in one step, compares Odoo's total with the channel's, and confirms it if the rules say so. " +
			"A total that differs by more than the tolerance leaves a quotation and parks the command. A customer who is not there yet makes the order wait, not fail.",
		OneOf: [][]string{{"customer", "guest"}},
		Inputs: []Input{
			line1("number", "the order's number as the customer knows it, `#1001`; the subject when absent"),
			required1(moment("placed_at", "when the customer ordered")),
			currencyInput(),
			own("customer", "the channel's own id of the customer, as in `customer.upsert`"),
			{Name: "guest", Kind: Object, Doc: "a customer without an id, instead", Inputs: guest},
			addressInput("billing", "where the invoice goes; the customer's own address when absent"),
			addressInput("shipping", "where the goods go; `billing` when absent"),
			{Name: "lines", Kind: Objects, Required: true, Doc: "what was ordered", OneOf: [][]string{oneProduct}, Inputs: slices.Concat(
				[]Input{once(own("id", "the channel's own id of the line, for refunds and returns by line; its place, `1` for the first, when absent"))}, productInputs(),
				[]Input{
					line1("description", "text of the line; the product's name when absent"),
					quantityInput("how many, in the product's unit of measure"),
					{Name: "unit_price", Kind: Signed, Required: true, Doc: "price of one before discount; with or without tax as the line's taxes in Odoo take it"},
					{Name: "discount_percent", Kind: String, Pattern: percentPattern, Write: `a decimal from 0 to 100 as a string, with at most 6 digits after the point: "12.5"`, Doc: "discount in percent, a decimal from 0 to 100"},
					{Name: "discount_amount", Kind: Unsigned, Doc: "discount on the whole line, of the same kind as unit_price; with discount_percent it comes after it"},
					taxesInput(),
				})},
			{Name: "delivery", Kind: Object, Doc: "how it is sent, and what that costs", Inputs: []Input{
				required1(code("carrier", "the delivery method of the order and its shipments, as `mapping.carriers` maps it")),
				line1("description", "text of the line"),
				{Name: "price", Kind: Unsigned, Required: true, Doc: "what the customer pays for it"},
				taxesInput(),
			}},
			{Name: "totals", Kind: Object, Required: true, Doc: "what the customer was told, to be compared with what Odoo makes of it", Inputs: []Input{
				{Name: "total", Kind: Unsigned, Required: true, Doc: "with tax and delivery"},
				{Name: "tax", Kind: Unsigned, Doc: "the tax in it"},
			}},
			code("payment_terms", "as `mapping.payment_terms` maps it; the customer's own when absent"),
			code("warehouse", "short name of the warehouse that is to deliver; the channel's first when absent"),
			moment("deliver_by", "delivery date that was promised"),
			{Name: "confirm", Kind: Boolean, Doc: "what the channel prefers where `order.confirm` leaves it the choice: true confirms, false leaves a quotation"},
			longText("note", "the customer's note, plain text"),
		},
	}
}

func orderCancel() Command {
	return Command{
		Name: "order.cancel", Subject: "order", Workload: Orders,
		Doc: "The order is not wanted any more. What is shipped stays shipped: an order with goods that are shipped or picked, or with a posted invoice that is not given back in full, is not cancelled but parked; once it is given back the command goes on by itself. " +
			"Parked too is a locked order where the bridge's user is not one of Sales / Administrator, who unlock orders in Odoo. " +
			"An order that is cancelled already is `applied` again, without effect; one that is not there yet makes the command wait.",
		Inputs: []Input{longText("reason", "why; an internal note at the order")},
	}
}

func shipmentConfirm() Command {
	return Command{
		Name: "shipment.confirm", Subject: "confirmation", Workload: Orders,
		Once: "the confirmation's id",
		Doc: "Goods have left the warehouse. Without lines, all that the shipment asks for; with lines, only those, and the rest becomes a backorder or is dropped. " +
			"A shipment that is done already in the same way is `applied`, without effect. Where the warehouse picks and packs before it ships, those steps come first: in Odoo, or by this command with their names, " +
			"which `not_picked_yet` tells.",
		Inputs: []Input{
			required1(line1("shipment", "the shipment's name in Odoo, the key of its events: `WH/OUT/00015`")),
			moment("shipped_at", "when they left; the transfer's effective date in Odoo, unless it is still to come"),
			{Name: "lines", Kind: Objects, Doc: "what left; everything when absent", OneOf: [][]string{{"move_id", "sku", "barcode"}}, Inputs: slices.Concat(
				[]Input{once(Input{Name: "move_id", Kind: Integer, Doc: "`move_id` of the line in the shipment's events"})}, productInputs(),
				[]Input{
					quantityInput("how many left, in the unit of the shipment's line"),
					{Name: "lots", Kind: Objects, Doc: "lots or serial numbers that left", Inputs: []Input{
						required1(line1("lot", "lot or serial number")), quantityInput("how many of it"),
					}},
				})},
			{Name: "tracking_references", Kind: Strings, Doc: "the carrier's tracking numbers"},
			code("carrier", "the delivery method that was used, as `mapping.carriers` maps it; the shipment's own when absent"),
			{Name: "backorder", Kind: String, Values: []string{"keep", "drop"}, Doc: "what becomes of the rest: `keep` (when absent) for a later shipment, or `drop`"},
		},
	}
}

func returnLines(required bool, doc string, more ...Input) Input {
	return Input{Name: "lines", Kind: Objects, Required: required, Doc: doc, OneOf: [][]string{{"line", "sku", "barcode"}}, Inputs: slices.Concat(
		[]Input{once(own("line", "the channel's own id of the order's line"))}, productInputs(),
		[]Input{quantityInput("how many")}, more)}
}

func returnRequest() Command {
	return Command{
		Name: "return.request", Subject: "return", Workload: Orders,
		Once: "the return's id",
		Doc:  "A customer will send goods back. The bridge makes the return of what was shipped, to be received later; what is returned already is parked as `late_confirmation`. Money is given back by `refund.record`.",
		Inputs: []Input{
			required1(own("order", "the channel's own id of the order")),
			line1("shipment", "the shipment's name in Odoo, where several delivered the same product: `WH/OUT/00015`"),
			returnLines(true, "what comes back", line1("reason", "why; in the return's note")),
			longText("reason", "why, for the whole; in the return's note"),
		},
	}
}

func returnReceive() Command {
	return Command{
		Name: "return.receive", Subject: "receipt", Workload: Orders,
		Once:  "the receipt's id",
		Doc:   "Goods of a return have arrived. Without lines, all that the return asks for; with lines, only those, and the rest is still expected or dropped.",
		OneOf: [][]string{{"return", "request"}},
		Inputs: []Input{
			line1("return", "name of the return in Odoo: `WH/IN/00012`"),
			own("request", "the channel's own id of the return, as in `return.request`, instead"),
			moment("received_at", "when they arrived; the transfer's effective date in Odoo, unless it is still to come"),
			{Name: "lines", Kind: Objects, Doc: "what arrived; everything when absent", OneOf: [][]string{oneProduct}, Inputs: slices.Concat(
				productInputs(), []Input{quantityInput("how many"), line1("lot", "lot or serial number")})},
			{Name: "backorder", Kind: String, Values: []string{"keep", "drop"}, Doc: "what becomes of the rest: `keep` (when absent) expects it, `drop` does not"},
		},
	}
}
