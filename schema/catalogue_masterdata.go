package schema

import "slices"

func customer() Entity {
	reach := []Property{
		text("email", "as it was entered"),
		{Name: "email_normalized", Kind: String, Nullable: true, Optional: true, Doc: "the address alone, in lower case: compare by this one"},
		text("phone", "as it was entered"), mobile(),
	}
	return Entity{
		Name: "customer", Key: "partner id", Example: "customer/45", From: "res_partner, with its contacts and addresses",
		Doc: "A person or company that Odoo does business with, together with all contacts and addresses below it. A change of any of them is a change of the customer.",
		Properties: slices.Concat(
			[]Property{
				idOf("partner"), companyID("company that alone may use the customer; null: all may"), text("name", "name"),
				{Name: "is_company", Kind: Boolean, Doc: "a company, not a person"},
			}, reach,
			[]Property{text("vat", "tax id"), text("ref", "internal reference"), text("lang", "language, like en_US")}, place(),
			[]Property{
				{Name: "active", Kind: Boolean, Doc: "false when archived"},
				{Name: "categories", Kind: Strings, Doc: "names of the tags, in English where there is one"},
				externalIDs("customer"),
			}, consent(), []Property{
				{Name: "loyalty", Kind: Objects, Optional: true, Doc: "cards on which the customer or a contact collects, by id, without their codes; only where the module is installed", Properties: []Property{
					idOf("card"), text("program", "name of the program as of the customer's last change"), text("type", "Odoo's type of program, like loyalty, ewallet or gift_card"),
					{Name: "points", Kind: Quantity, Nullable: true, Doc: "points, or money of an eWallet or a gift card"}, date("expires", "last day; null: none"),
				}},
				{Name: "addresses", Kind: Objects, Doc: "contacts and addresses below the customer, archived ones too, by id", Properties: slices.Concat(
					[]Property{idOf("address"), text("type", "contact, invoice, delivery or other"), text("name", "name; null: the customer's")},
					reach, place(),
					[]Property{{Name: "active", Kind: Boolean, Doc: "false when archived"}, externalIDs("address")}, consent(),
					[]Property{custom("res_partner")},
				)},
				custom("res_partner"),
				{Name: "merged_into", Kind: Integer, Optional: true, Doc: "key of the customer that this one was merged into; only in customer.merged"},
			}),
		Events: []Happening{
			{"created", "There is a new customer."},
			{"updated", "Something of the customer changed, or of a contact or address."},
			{"archived", "The customer was archived: it is kept, but not to be used any more."},
			{"restored", "An archived customer is used again."},
			{"merged", "The customer was merged into another, `merged_into`, which has its orders, contacts and channels' names now. The event carries the last document."},
			{"deleted", "The customer is gone, deleted or placed below another. The event carries the last document. One that was merged, and that nothing referred to, is just deleted."},
		},
	}
}

func consent() []Property {
	return []Property{
		{Name: "blacklisted", Kind: Boolean, Optional: true, Doc: "no mailings may be sent to the address; absent where Odoo has no list of such"},
		{Name: "mailing_lists", Kind: Objects, Optional: true, Doc: "mailing lists that the address is on, by id; only where the module is installed", Properties: []Property{
			idOf("list"), text("name", "name of the list as of the customer's last change"),
			{Name: "opt_out", Kind: Boolean, Doc: "unsubscribed: nothing of this list may be sent"},
		}},
	}
}

func product() Entity {
	return Entity{
		Name: "product", Key: "variant id", Example: "product/12", From: "product_product, product_template, attributes, category, unit of measure",
		Doc: "A product that can be ordered: in Odoo's words a variant, with what its template says of it. A product without variants has exactly one.",
		Properties: []Property{
			idOf("variant"),
			{Name: "template_id", Kind: Integer, Doc: "Odoo's id of the template that its variants have in common"},
			companyID("company that alone sells the product; null: all do"),
			text("sku", "internal reference"), text("barcode", "barcode"),
			text("name", "name in English, or in the first language there is"),
			{Name: "names", Kind: Texts, Doc: "name by language, like {\"en_US\":\"Desk\",\"fr_FR\":\"Bureau\"}"},
			text("type", "goods, service, combo, or a type that a module adds"),
			{Name: "storable", Kind: Boolean, Doc: "stock is kept of it"},
			{Name: "tracking", Kind: String, Nullable: true, Optional: true, Doc: "none, lot or serial"},
			{Name: "kit", Kind: Boolean, Optional: true, Doc: "sold as a kit (a phantom bill of materials): it has no stock level, its components have. There where manufacturing is installed"},
			{Name: "active", Kind: Boolean, Doc: "neither variant nor template is archived"},
			{Name: "sale_ok", Kind: Boolean, Doc: "may be sold"},
			text("category", "full name of the category"), text("uom", "unit of measure that quantities are in"),
			{Name: "weight", Kind: Quantity, Nullable: true, Doc: "weight in the unit that Odoo is set to"},
			{Name: "attributes", Kind: Objects, Doc: "what makes this variant, in the template's order", Properties: []Property{
				text("attribute", "like Colour"), text("value", "like White"),
			}},
			{Name: "list_price", Kind: Money, Nullable: true, Doc: "sales price before any pricelist, with what the attributes add"},
			text("currency", "currency of the list price, ISO 4217"),
			externalIDs("variant or, where it has no name for that, the template"), custom("product_product and product_template"),
		},
		Events: []Happening{
			{"created", "There is a new variant."},
			{"updated", "Something of the variant changed, or of its template, category, unit or attributes."},
			{"archived", "The variant or its template was archived."},
			{"restored", "An archived variant is used again."},
			{"deleted", "The variant is gone. The event carries the last document."},
		},
	}
}

func stockLevel() Entity {
	return Entity{
		Name: "stock_level", Key: "product id/warehouse id", Example: "stock_level/17/1",
		From: "stock_quant in all locations below the warehouse's view location, stock_move across its boundary",
		Doc:  "How much of a product a warehouse has. Quantities are in the product's unit, absolute, never a difference: the newest one is true. A level that there is no document of is zero. A kit (`kit` on the product) has none: how many can be sold follows from its components' levels and is not computed.",
		Properties: []Property{
			{Name: "product_id", Kind: Integer, Doc: "Odoo's id of the variant"}, text("sku", "internal reference"), text("barcode", "barcode"),
			text("uom", "unit of measure"), text("warehouse", "the warehouse's short name"),
			{Name: "warehouse_id", Kind: Integer, Doc: "Odoo's id of the warehouse"}, companyID("company that the warehouse belongs to"),
			{Name: "on_hand", Kind: Quantity, Doc: "what lies there"},
			{Name: "reserved", Kind: Quantity, Doc: "what of it is promised to confirmed orders"},
			{Name: "available", Kind: Quantity, Doc: "on_hand less reserved: what can still be promised; Odoo's free quantity. On a lane with a promise: what that promises"},
			{Name: "incoming", Kind: Quantity, Doc: "what open moves are to bring into the warehouse"},
			{Name: "outgoing", Kind: Quantity, Doc: "what open moves are to take out of it, reserved or not"},
			{Name: "forecast", Kind: Quantity, Doc: "on_hand plus incoming less outgoing; Odoo's forecasted quantity"},
			{Name: "safe", Kind: Quantity, Doc: "on_hand less outgoing: what can be promised where orders are reserved late, by hand or in part, without overselling"},
			{Name: "in_flight", Kind: Texts, Optional: true, Hidden: true, Doc: "by channel, what it has sold in orders that the bridge has accepted and that are not confirmed in Odoo, as decimal strings: `{\"shopify\":\"2\"}`. " +
				"There only while there are any and a lane counts them (`inflight`). Lanes never show it: their `available` is less by it"},
		},
		Events: []Happening{
			{"changed", "The level changed, and none of the following happened."},
			{"out", "Available fell from above zero to zero or below: stop selling."},
			{"back", "Available rose from zero or below to above zero: sell again."},
			{"negative", "On hand fell below zero: more was shipped than there is. May come together with out."},
		},
	}
}
