package odoosim

func pricelistModel() *model {
	return &model{
		name: "product.pricelist", table: "product_pricelist", title: "Pricelist", order: "sequence, id",
		refs:   map[string]string{"currency_id": "res.currency", "company_id": "res.company"},
		lines:  map[string]lines{"item_ids": {"product.pricelist.item", "pricelist_id"}},
		create: createPricelist,
	}
}

func pricelistItemModel() *model {
	return &model{
		name: "product.pricelist.item", table: "product_pricelist_item", title: "Pricelist Rule",
		refs: map[string]string{
			"pricelist_id": "product.pricelist", "product_id": "product.product", "product_tmpl_id": "product.template",
			"currency_id": "res.currency", "company_id": "res.company",
		},
		create: createPricelistItem,
	}
}

func createPricelist(e *env, v vals) int64 {
	company := e.company()
	id := e.insert("product_pricelist", vals{
		"sequence": 16, "currency_id": v.or("currency_id", company.ref("currency_id")), "company_id": v.or("company_id", company.id()),
		"discount_policy": "with_discount", "name": e.translation("", v["name"]), "active": true,
	})
	e.commands(v["item_ids"], func(item vals) {
		item["pricelist_id"] = id
		createPricelistItem(e, item)
	}, nil)
	return id
}

// createPricelistItem inserts a rule; company and currency follow its list.
func createPricelistItem(e *env, v vals) int64 {
	id := e.insert("product_pricelist_item", vals{
		"pricelist_id": v["pricelist_id"], "product_id": v["product_id"], "product_tmpl_id": v["product_tmpl_id"],
		"applied_on": v.or("applied_on", "3_global"), "base": v.or("base", "list_price"), "compute_price": v.or("compute_price", "fixed"),
		"min_quantity": two(toFloat(v["min_quantity"])), "fixed_price": two(toFloat(v["fixed_price"])), "price_discount": "0.00", "price_markup": "0.00", "display_applied_on": displayAppliedOn(v),
		"date_start": v["date_start"], "date_end": v["date_end"],
	})
	e.later(func() {
		list := e.get("product_pricelist", v.int("pricelist_id"))
		e.write("product_pricelist_item", id, vals{"company_id": list.ref("company_id"), "currency_id": list.ref("currency_id")})
	})
	return id
}

// displayAppliedOn is what Odoo 18's form shows a rule to be for.
func displayAppliedOn(v vals) string {
	if v.or("applied_on", "3_global") == "2_product_category" {
		return "2_product_category"
	}
	return "1_product"
}

// company is the caller's.
func (e *env) company() rec {
	return e.row("SELECT c.* FROM res_company c JOIN res_users u ON u.company_id = c.id WHERE u.id = $1", e.uid)
}
