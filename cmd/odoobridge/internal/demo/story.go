package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The products and customers the story is about, by their ids in the shop.
const (
	grinder  = 4
	filters  = 6
	bigMug   = 24 // MUG-COP-500: only three are there
	mugStyle = 9  // its template, of four variants
	ada      = 50
	grace    = 52
	cafe     = 53
	central  = 8 // WH/Stock
)

// scene is one thing that happens, and what it must make channels hear.
type scene struct {
	title  string
	remark string // printed afterwards
	many   bool   // count what is heard instead of showing it
	act    func(ctx context.Context, s *story) error
}

// story is what has happened so far.
type story struct {
	*demo
	expected []expectation
	orders   map[string]int // by a name of the story's own: order ids
}

var scenes = []scene{
	{
		title:  "Grace buys a copper travel mug and two packs of filters on the web site.",
		remark: "The order is the web shop's own doing, so its events say \"by webshop\".",
		act: func(ctx context.Context, s *story) error {
			return s.sell(ctx, "grace", webshop, grace, item{bigMug, 1}, item{filters, 2})
		},
	},
	{
		title: "The shopkeeper raises the travel mug's price to 29.50: one template, four variants.",
		act: func(ctx context.Context, s *story) error {
			for _, variant := range []int{21, 22, 23, 24} {
				s.expect("webshop.catalogue", "product.updated", strconv.Itoa(variant))
			}
			_, err := s.shop.call(ctx, admin, "product.template", "write", []int{mugStyle}, map[string]any{"list_price": 29.50})
			return err
		},
	},
	{
		title: "The warehouse ships Grace's parcel.",
		act:   func(ctx context.Context, s *story) error { return s.ship(ctx, "grace", "1Z999AA10123456784") },
	},
	{
		title:  "A café orders the last two copper mugs on the marketplace: sold out.",
		remark: "Sold out is urgent: the web shop hears it without waiting its two seconds.",
		act: func(ctx context.Context, s *story) error {
			s.expect("webshop.stock", "stock_level.out", "24/1")
			s.expect("marketplace.stock", "stock_level.out", "24/1")
			return s.sell(ctx, "cafe", marketplace, cafe, item{bigMug, 2})
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
		title: "A pallet arrives: ten copper mugs are counted into the warehouse.",
		act: func(ctx context.Context, s *story) error {
			s.expect("webshop.stock", "stock_level.back", "24/1")
			s.expect("marketplace.stock", "stock_level.back", "24/1")
			_, err := s.shop.call(ctx, warehouse, "stock.quant", "create", map[string]any{
				"product_id": bigMug, "location_id": central, "inventory_quantity_auto_apply": 12,
			})
			return err
		},
	},
	{
		title: "The café changes its mind and cancels.",
		act: func(ctx context.Context, s *story) error {
			return s.cancel(ctx, "cafe")
		},
	},
	{
		title: "Ada moves house.",
		act: func(ctx context.Context, s *story) error {
			s.expect("webshop.catalogue", "customer.updated", strconv.Itoa(ada))
			_, err := s.shop.call(ctx, admin, "res.partner", "write", []int{ada}, map[string]any{"street": "1 Analytical Row", "city": "Cambridge", "zip": "CB2 1TN"})
			return err
		},
	},
	{
		title: "Ada orders five grinders; the warehouse ships three and keeps a backorder.",
		act: func(ctx context.Context, s *story) error {
			if err := s.sell(ctx, "ada", webshop, ada, item{grinder, 5}); err != nil {
				return err
			}
			return s.shipPart(ctx, "ada", 3)
		},
	},
	{
		title:  "A rush: eight orders of filters within moments.",
		remark: "The warehouse heard every step. The web shop got what is available now, in one event.",
		many:   true,
		act: func(ctx context.Context, s *story) error {
			for i := range 8 {
				if err := s.sell(ctx, fmt.Sprintf("rush %d", i), marketplace, grace, item{filters, 3}); err != nil {
					return err
				}
			}
			return nil
		},
	},
}

// story plays the scenes, each after all have heard the one before.
func (d *demo) story(ctx context.Context) error {
	s := d.newStory()
	for _, scene := range scenes {
		d.say.scene(scene.title)
		d.ears.mute(scene.many)
		before := d.ears.counts()
		if err := scene.act(ctx, s); err != nil {
			return err
		}
		// Conflated lanes take up to two seconds; the rest is there by then.
		if err := d.ears.settle(ctx, s.expected, 2300*time.Millisecond, 20*time.Second); err != nil {
			return err
		}
		if scene.many {
			d.say.counted(before, d.ears.counts())
		}
		if scene.remark != "" {
			d.say.remark(scene.remark)
		}
	}
	d.expected = s.expected
	return nil
}

func (d *demo) newStory() *story { return &story{demo: d, orders: map[string]int{}} }

// expect notes that a lane ("webshop.orders") must hear of a subject's key.
func (s *story) expect(lane, kind, key string) {
	entity, _, _ := strings.Cut(kind, ".")
	s.expected = append(s.expected, expectation{"channel." + lane, kind + " " + entity + "/" + key})
}
