package schema

import "slices"

func address(name, doc string) Property {
	return Property{Name: name, Kind: Object, Nullable: true, Doc: doc, Properties: slices.Concat(
		[]Property{idOf("partner with this address"), text("name", "addressee"), text("email", "email"), text("phone", "phone"), mobile()}, place())}
}

func order() Entity {
	return Entity{
		Name: "order", Key: "name", Example: "order/S00042", From: "sale_order, sale_order_line, partners by value",
		Doc: "A quotation or sales order with its lines. A closed order (cancelled, or delivered in full) keeps the addresses and SKUs that it was closed with. " +
			"Where two orders bear one name, the later one's key is the name, `~` and its id.",
		Properties: []Property{
			idOf("order"), text("name", "number, like S00042"), companyID("company that sells"),
			{Name: "state", Kind: String, Nullable: true, Doc: "draft, sent (quotation), sale (confirmed) or cancel"},
			{Name: "locked", Kind: Boolean, Doc: "confirmed, and not to be changed any more"},
			{Name: "date", Kind: Timestamp, Nullable: true, Doc: "when it was ordered; Odoo sets it anew on confirmation"},
			{Name: "commitment_date", Kind: Timestamp, Nullable: true, Doc: "delivery date that was promised"},
			text("client_order_ref", "the customer's, or the channel's, own number"),
			text("source_document", "what the order came from, as Odoo's field origin has it"),
			{Name: "customer", Kind: Object, Doc: "who orders", Properties: []Property{
				{Name: "id", Kind: Integer, Nullable: true, Doc: "key of the customer"},
				{Name: "partner_id", Kind: Integer, Nullable: true, Doc: "Odoo's id of the contact that ordered: the customer, or one below it"},
				text("name", "the customer's name"), externalIDs("customer"),
			}},
			address("invoice_address", "where the invoice goes"), address("delivery_address", "where the goods go"),
			text("currency", "currency of all amounts, ISO 4217"),
			{Name: "amount_untaxed", Kind: Money, Nullable: true, Doc: "total without tax"},
			{Name: "amount_tax", Kind: Money, Nullable: true, Doc: "tax"},
			{Name: "amount_total", Kind: Money, Nullable: true, Doc: "total with tax"},
			{Name: "warehouse", Kind: String, Nullable: true, Optional: true, Doc: "short name of the warehouse that delivers"},
			{Name: "carrier", Kind: String, Nullable: true, Optional: true, Doc: "delivery method"},
			{Name: "delivery_status", Kind: String, Nullable: true, Optional: true, Doc: "pending, started, partial or full; null when there is nothing to deliver; absent on Odoo 15"},
			text("invoice_status", "no (nothing to invoice), to invoice, invoiced or upselling"),
			orderLines(), externalIDs("order"), custom("sale_order"),
		},
		Events: []Happening{
			{"created", "There is a new quotation or order."},
			{"updated", "Something of the order changed, or of its lines, deliveries or addresses."},
			{"confirmed", "The order was confirmed: deliver it."},
			{"cancelled", "The order was cancelled."},
			{"reopened", "A cancelled or confirmed order became a quotation again."},
			{"deleted", "The quotation is gone. The event carries the last document."},
		},
	}
}

func orderLines() Property {
	return Property{Name: "lines", Kind: Objects, Doc: "the lines, in the order in which they are shown", Properties: []Property{
		idOf("line"), {Name: "sequence", Kind: Integer, Doc: "lines are ordered by this, then by id"},
		{Name: "product_id", Kind: Integer, Nullable: true, Doc: "key of the product; null for a section, a note or, from 18 on, a down payment"},
		text("sku", "the product's internal reference"), text("name", "description"),
		text("display_type", "line_section, line_subsection (from 19 on) or line_note; null for a line that counts"),
		{Name: "quantity", Kind: Quantity, Nullable: true, Doc: "ordered, in the line's unit"}, text("uom", "the line's unit of measure"),
		{Name: "unit_price", Kind: Money, Nullable: true, Doc: "price of one unit before discount"},
		{Name: "discount", Kind: Quantity, Nullable: true, Doc: "percent"},
		{Name: "subtotal", Kind: Money, Nullable: true, Doc: "without tax"}, {Name: "tax", Kind: Money, Nullable: true, Doc: "tax"},
		{Name: "total", Kind: Money, Nullable: true, Doc: "with tax"},
		{Name: "delivered", Kind: Quantity, Nullable: true, Doc: "delivered so far, less what came back"},
		{Name: "invoiced", Kind: Quantity, Nullable: true, Doc: "invoiced so far, less what was credited"},
		{Name: "is_delivery", Kind: Boolean, Optional: true, Doc: "the line is the price of the delivery"},
		externalIDs("line"), custom("sale_order_line"),
	}}
}

func reference(name, what string, optional bool) Property {
	return Property{Name: name, Kind: Object, Nullable: true, Optional: optional, Doc: what, Properties: []Property{
		{Name: "id", Kind: Integer, Doc: "Odoo's id"}, text("name", "its name"),
	}}
}

func shipment() Entity {
	return Entity{
		Name: "shipment", Key: "name", Example: "shipment/WH/OUT/00015", From: "outgoing stock_picking with its moves, lots, carrier; not returns",
		Doc: "A delivery order: goods that leave a warehouse for a customer. What is not shipped at once moves on to a shipment of its own, with `backorder_of`. " +
			"Done or cancelled, it keeps the address and SKUs it had. The key may hold slashes.",
		Properties: []Property{
			idOf("transfer"), text("name", "number, like WH/OUT/00015"), companyID("company that ships"),
			{Name: "state", Kind: String, Nullable: true, Doc: "draft, waiting (for another transfer), confirmed (waiting for stock), assigned (ready), done or cancel"},
			text("warehouse", "short name of the warehouse that ships"),
			{Name: "carrier", Kind: String, Nullable: true, Optional: true, Doc: "delivery method"},
			{Name: "tracking_references", Kind: Strings, Optional: true, Doc: "the carrier's tracking numbers"},
			reference("order", "the order that is shipped", true),
			address("delivery_address", "where the goods go"),
			{Name: "scheduled_date", Kind: Timestamp, Nullable: true, Doc: "when it is due"},
			{Name: "done_date", Kind: Timestamp, Nullable: true, Doc: "when it was shipped"},
			text("source_document", "what it came from, as Odoo's field origin has it"),
			reference("backorder_of", "the shipment that this one is the rest of", false),
			{Name: "lines", Kind: Objects, Doc: "one for each move, by id", Properties: []Property{
				{Name: "move_id", Kind: Integer, Doc: "Odoo's id of the move; it moves on to the backorder with what is not shipped"},
				{Name: "product_id", Kind: Integer, Nullable: true, Doc: "key of the product"}, text("sku", "the product's internal reference"),
				text("name", "description"),
				text("state", "draft, waiting, confirmed, partially_available, assigned, done or cancel"),
				{Name: "demand", Kind: Quantity, Nullable: true, Doc: "to be shipped"},
				{Name: "reserved", Kind: Quantity, Doc: "set aside for it, until it is done"},
				{Name: "done", Kind: Quantity, Doc: "shipped, once it is done"},
				{Name: "picked", Kind: Boolean, Optional: true, Doc: "picked; absent before Odoo 17"},
				text("uom", "unit of measure of the quantities"),
				{Name: "order_line_id", Kind: Integer, Nullable: true, Optional: true, Doc: "id of the order's line"},
				{Name: "lots", Kind: Objects, Doc: "lots or serial numbers reserved or shipped", Properties: []Property{
					{Name: "name", Kind: String, Doc: "lot or serial number"}, {Name: "quantity", Kind: Quantity, Doc: "how much of it"},
				}},
				custom("stock_move"),
			}},
			externalIDs("transfer"), custom("stock_picking"),
		},
		Events: []Happening{
			{"created", "There is a new shipment."},
			{"updated", "Something of the shipment changed, or of its lines, lots or address."},
			{"ready", "Stock is set aside: pick and ship it. Also when it is so from the beginning, right after created."},
			{"shipped", "It was shipped. What was left over is a new shipment."},
			{"cancelled", "It will not be shipped: cancelled, or deleted before it was done."},
		},
	}
}
