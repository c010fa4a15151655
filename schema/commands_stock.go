package schema

import "slices"

func placeOfStock() []Input {
	return slices.Concat(productInputs(), []Input{
		required1(code("warehouse", "short name of the warehouse; `WH`")),
		line1("location", "full name of the location in it, `WH/Stock/Shelf 1`; the warehouse's main stock when absent"),
		line1("lot", "lot or serial number, for a product that has them"),
	})
}

func stockCount() Command {
	return Command{
		Name: "stock.count", Subject: "count", Workload: Stock,
		Doc: "So many were counted at a place. The bridge makes that the quantity on hand. A count that is older than one of the same place, or than goods that moved there since, " +
			"is refused as `conflict`: count again. Goods that move later count on top, also those that move at this very moment: what left or came between the bridge's look and Odoo's write " +
			"is given back by a second stock move (`<channel> stock.count.rest <subject>`).",
		OneOf: [][]string{oneProduct},
		Inputs: slices.Concat(placeOfStock(), []Input{
			{Name: "quantity", Kind: Unsigned, Required: true, Doc: "how many there are, in the product's unit of measure"},
			required1(moment("counted_at", "when")),
			line1("reason", "why it was counted; on the stock move"),
		}),
	}
}

func stockAdjust() Command {
	return Command{
		Name: "stock.adjust", Subject: "adjustment", Workload: Stock,
		Once: "the adjustment's id",
		Doc: "The quantity at a place went up or down by so many: breakage, a find. Applied once, on what there is at that moment, and by as many though goods move meanwhile. What would make the stock " +
			"negative is parked whole, as `negative_stock`: nothing of it is done. Where a channel knows the quantity itself, `stock.count` is better.",
		OneOf: [][]string{oneProduct},
		Inputs: slices.Concat(placeOfStock(), []Input{
			{Name: "change", Kind: Signed, Required: true, Doc: "by how many, in the product's unit of measure: `-2`"},
			required1(moment("adjusted_at", "when")),
			required1(line1("reason", "why; on the stock move")),
		}),
	}
}
