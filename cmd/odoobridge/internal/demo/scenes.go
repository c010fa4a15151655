package demo

import "context"

// rushOrders are placed at once.
const rushOrders = 8

// scenes are the story: both ways, through Odoo and around it.
var scenes = []scene{
	{
		title: "Grace orders a copper travel mug in the web shop.",
		remark: `Odoo knew Grace by her e-mail address: there is no second one.
The bridge worked as the web shop's own user, so the shop knows its own news: "by webshop".`,
		act: func(ctx context.Context, s *story) error { return s.grace(ctx) },
	},
	{
		title:  "Did that get through? The web shop is not sure and sends the order again.",
		remark: "It gets the first answer again. There is one order in Odoo, and nobody hears of anything.",
		act:    func(ctx context.Context, s *story) error { return s.graceAgain(ctx) },
	},
	{
		title:  "The warehouse packs the mug and confirms the shipment.",
		remark: `The web shop has its tracking number without asking for it: "by warehouse".`,
		act:    func(ctx context.Context, s *story) error { return s.shipMug(ctx) },
	},
	{
		title: "Grace's card is charged: she is invoiced, and the invoice is paid.",
		act:   func(ctx context.Context, s *story) error { return s.pay(ctx) },
	},
	{
		title: "The lid leaks. The web shop gives Grace her money back.",
		act:   func(ctx context.Context, s *story) error { return s.refund(ctx) },
	},
	{
		title: "The web shop orders a grinder for her, by a SKU that Odoo has not got.",
		act:   func(ctx context.Context, s *story) error { return s.wrongSKU(ctx) },
	},
	{
		title:  "A café orders the last two copper mugs on the marketplace, which writes to Odoo by itself.",
		remark: "Sold out is urgent: the web shop hears it at once, and not within its second.",
		act: func(ctx context.Context, s *story) error {
			s.expectLevel("24/1", "out")
			return s.sell(ctx, "cafe", marketplace, cafe, item{bigMug, 2})
		},
	},
	{
		title: "A pallet arrives. The warehouse counts twelve copper mugs.",
		act:   func(ctx context.Context, s *story) error { return s.count(ctx) },
	},
	{
		title:  "The shopkeeper raises the travel mug's price to 29.50 in Odoo.",
		remark: "One row was written. Channels see things, not rows: four variants have a new price.",
		act: func(ctx context.Context, s *story) error {
			for _, variant := range variants {
				s.expect("webshop.catalogue", "product.updated", variant)
				s.expect("marketplace.offers", "product.updated", variant)
			}
			_, err := s.shop.call(ctx, admin, "product.template", "write", []int{mugStyle}, map[string]any{"list_price": 29.50})
			return err
		},
	},
	{
		title:  "Somebody opens a customer's form and saves it without a change.",
		remark: "Odoo writes the row all the same. Nobody hears of it: nothing happened.",
		act: func(ctx context.Context, s *story) error {
			_, err := s.shop.call(ctx, admin, "res.partner", "write", []int{grace}, map[string]any{"phone": "+1 555 0152"})
			return err
		},
	},
	{
		title:  "A rush: eight orders of filters within moments.",
		remark: "The warehouse heard every step of it. The web shop's stock waited its second: it got what is left, not the way there.",
		many:   true,
		act:    func(ctx context.Context, s *story) error { return s.rush(ctx, rushOrders) },
	},
}
