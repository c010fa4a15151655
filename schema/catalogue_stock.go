package schema

func returned() Entity {
	return Entity{
		Name: "return", Key: "name", Example: "return/WH/IN/00006", From: "stock_picking whose moves return those of another, with its moves and lots",
		Doc: "Goods that come back from a customer (`incoming`), or go back to a supplier (`outgoing`). It is never a shipment too. What is not received at once moves on to " +
			"a return of its own. Done or cancelled, it keeps the address and SKUs it had. The key may hold slashes.",
		Properties: []Property{
			idOf("transfer"), text("name", "number, like WH/IN/00006"), companyID("company that receives"),
			{Name: "state", Kind: String, Nullable: true, Doc: "draft, waiting, confirmed, assigned (ready), done or cancel"},
			{Name: "direction", Kind: String, Doc: "incoming: to the warehouse; outgoing: from it"},
			text("warehouse", "short name of the warehouse"),
			reference("shipment", "the transfer that is returned: of a customer's return the shipment", false),
			reference("order", "the order whose goods come back", true),
			{Name: "carrier", Kind: String, Nullable: true, Optional: true, Doc: "delivery method"},
			{Name: "tracking_references", Kind: Strings, Optional: true, Doc: "the carrier's tracking numbers"},
			address("address", "where the goods come from, or go to"),
			{Name: "scheduled_date", Kind: Timestamp, Nullable: true, Doc: "when it is due"},
			{Name: "done_date", Kind: Timestamp, Nullable: true, Doc: "when it was received"},
			text("source_document", "what it came from, as Odoo's field origin has it"),
			reference("backorder_of", "the return that this one is the rest of", false),
			{Name: "lines", Kind: Objects, Doc: "one for each move, by id", Properties: []Property{
				{Name: "move_id", Kind: Integer, Doc: "Odoo's id of the move"},
				{Name: "product_id", Kind: Integer, Nullable: true, Doc: "key of the product"}, text("sku", "the product's internal reference"),
				text("state", "draft, waiting, confirmed, partially_available, assigned, done or cancel"),
				{Name: "quantity", Kind: Quantity, Nullable: true, Doc: "to be returned"},
				{Name: "received", Kind: Quantity, Doc: "returned, once it is done"},
				text("uom", "unit of measure of the quantities"),
				{Name: "to_refund", Kind: Boolean, Optional: true, Doc: "the order's delivered quantity goes down by it, so that it is not invoiced, or is credited"},
				{Name: "order_line_id", Kind: Integer, Nullable: true, Optional: true, Doc: "id of the order's line"},
				{Name: "returned_move_id", Kind: Integer, Nullable: true, Doc: "Odoo's id of the move that it returns"},
				{Name: "lots", Kind: Objects, Doc: "lots or serial numbers", Properties: []Property{
					{Name: "name", Kind: String, Doc: "lot or serial number"}, {Name: "quantity", Kind: Quantity, Doc: "how much of it"},
				}},
				custom("stock_move"),
			}},
			externalIDs("transfer"), custom("stock_picking"),
		},
		Events: []Happening{
			{"created", "There is a new return."},
			{"updated", "Something of the return changed, or of its lines, lots or address."},
			{"received", "It was received; of an outgoing one, sent."},
			{"cancelled", "It will not come: cancelled, or deleted before it was done."},
		},
	}
}

func stockMove() Entity {
	place := func(name, doc string) Property {
		return Property{Name: name, Kind: Object, Nullable: true, Doc: doc, Properties: []Property{
			{Name: "id", Kind: Integer, Doc: "Odoo's id of the location"}, text("path", "full name, like WH/Stock"),
			text("usage", "supplier, view, internal, customer, inventory, production or transit"), text("warehouse", "short name of the warehouse that it is in"),
		}}
	}
	return Entity{
		Name: "stock_move", Key: "move id", Example: "stock_move/50", From: "stock_move when it is done",
		Doc: "Stock that was moved: shipped, received, returned, transferred, counted, scrapped. Nothing is told of a move before it is done. Names are as of when it was done. " +
			"Of the moves done before the bridge was first started, those of the last 30 days are known.",
		Properties: []Property{
			idOf("move"), companyID("company that the move belongs to"),
			{Name: "product_id", Kind: Integer, Nullable: true, Doc: "key of the product"}, text("sku", "the product's internal reference"),
			{Name: "quantity", Kind: Quantity, Doc: "what was moved, in the product's unit"}, text("uom", "the product's unit of measure, which stock is counted in"),
			{Name: "move_quantity", Kind: Quantity, Doc: "the same in the move's unit"}, text("move_uom", "the move's unit of measure"),
			{Name: "move_uom_id", Kind: Integer, Nullable: true, Doc: "Odoo's id of it"},
			place("from", "where it was"), place("to", "where it is now"),
			{Name: "done_date", Kind: Timestamp, Nullable: true, Doc: "when it was done"},
			text("reference", "number of the transfer, or what an inventory was called"), text("source_document", "what it came from, as Odoo's field origin has it"),
			reference("transfer", "the transfer that the move is part of: a shipment, a return or another", false),
			reference("order", "the order that was delivered or returned", true),
			{Name: "order_line_id", Kind: Integer, Nullable: true, Optional: true, Doc: "id of the order's line"},
			{Name: "returned_move_id", Kind: Integer, Nullable: true, Doc: "Odoo's id of the move that this one returns"},
			custom("stock_move"),
		},
		Events: []Happening{
			{"done", "It was done. Again, with a higher revision, when somebody corrects what was done: the newest one is true."},
		},
	}
}
