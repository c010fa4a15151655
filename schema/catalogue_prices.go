package schema

func price() Entity {
	return Entity{
		Name: "price", Key: "pricelist id/product id, list/product id, or pricelist id/all", Example: "price/3/17",
		From: "product_template, product_template_attribute_value, product_pricelist, product_pricelist_item",
		Doc: "What one unit of a product costs, untaxed or taxed as Odoo's prices are: `price/list/17` before any pricelist; `price/3/17` in a pricelist" +
			" that has a rule for the product, its template or its category; `price/3/all` the rules of a pricelist for all other products." +
			" A dated rule comes into force, and ends, by an event of its own. Archived pricelists have no prices.",
		Properties: []Property{
			{Name: "pricelist_id", Kind: Integer, Nullable: true, Doc: "Odoo's id of the pricelist; null: the list price"},
			text("pricelist", "its name"), companyID("company that alone has the price; null: all"),
			{Name: "product_id", Kind: Integer, Nullable: true, Doc: "Odoo's id of the variant; null: all products without a price of their own in the pricelist"},
			text("sku", "internal reference"), text("barcode", "barcode"), text("uom", "unit of measure that prices and quantities are in"),
			text("currency", "ISO 4217"),
			{Name: "price", Kind: Money, Nullable: true, Doc: "price when one is bought, rounded as on an order's line; null: see `incomplete`, or a pricelist's rules"},
			{Name: "tiers", Kind: Objects, Doc: "prices by quantity bought, ascending; each holds from its quantity up to the next one's", Properties: []Property{
				{Name: "min_quantity", Kind: Quantity, Doc: "from so many on"},
				{Name: "price", Kind: Money, Nullable: true, Doc: "price of one; null: see `incomplete`"},
			}},
			text("incomplete", "why a price is null: cost (until Odoo 17 the bridge does not read costs), currency_rate (it does not read rates) or pricelists (too many based on one another)"),
			{Name: "rules", Kind: Objects, Optional: true, Doc: "of `price/<pricelist>/all` alone: the rules in force, in the order in which the first that fits the quantity holds; when none does, the list price holds", Properties: []Property{
				{Name: "min_quantity", Kind: Quantity, Doc: "from so many on"},
				text("compute", "fixed, percentage or formula"),
				{Name: "fixed_price", Kind: Money, Nullable: true, Optional: true, Doc: "of fixed"},
				{Name: "base", Kind: String, Nullable: true, Optional: true, Doc: "of the others: list_price, standard_price (the cost) or pricelist"},
				{Name: "base_pricelist_id", Kind: Integer, Nullable: true, Optional: true, Doc: "the pricelist that is the base"},
				{Name: "discount", Kind: Quantity, Optional: true, Doc: "per cent off the base; negative: on top"},
				{Name: "rounding", Kind: Money, Optional: true, Doc: "then rounded to a multiple of this"},
				{Name: "surcharge", Kind: Money, Optional: true, Doc: "then this is added"},
				{Name: "min_margin", Kind: Money, Optional: true, Doc: "then at least the base and this"},
				{Name: "max_margin", Kind: Money, Optional: true, Doc: "then at most the base and this"},
			}},
		},
		Events: []Happening{
			{"changed", "There is a price, or it is another one."},
			{"deleted", "The product is gone, the pricelist is gone or archived, or it names the product no more: then `price/<pricelist>/all` holds. The event carries the last document."},
		},
	}
}
