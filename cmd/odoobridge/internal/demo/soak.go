package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// soakStep is how long random orders go on between two looks at the channels.
const soakStep = 10 * time.Second

// soak lets the shop live at random for so long. Everything that must be heard
// is noted, and forgotten as soon as it was.
func (d *demo) soak(ctx context.Context) error {
	d.ears.show(mute)
	d.say.scene(fmt.Sprintf("Random orders, deliveries, cancellations and counts for %s.", d.For))
	end := time.Now().Add(d.For)
	for time.Now().Before(end) {
		s := d.newStory()
		if err := s.live(ctx, time.Now().Add(min(soakStep, time.Until(end)))); err != nil {
			return err
		}
		if err := d.ears.settle(ctx, s.expected, 0, time.Minute); err != nil {
			return err
		}
		missing := d.ears.missing(s.expected)
		d.expected = append(d.expected, missing...)
		events, _ := d.ears.total()
		d.say.remark(fmt.Sprintf("%s left: %d orders in this round, %d events heard so far, %d missing",
			time.Until(end).Round(time.Second), len(s.orders), events, len(missing)))
	}
	return d.ears.settle(ctx, nil, 3*time.Second, time.Minute)
}

// live does random things until a time.
func (s *story) live(ctx context.Context, until time.Time) error {
	for i := 0; time.Now().Before(until); i++ {
		as := fmt.Sprint(i)
		products := []int{1, 2, 3, 4, 5, 6, 7, 8, 21, 22, 23}
		product := products[rand.IntN(len(products))]
		if err := s.sell(ctx, as, marketplace, grace, item{product, 1 + rand.IntN(3)}); err != nil {
			return err
		}
		var err error
		switch rand.IntN(4) {
		case 0:
			err = s.cancel(ctx, as)
		case 1, 2:
			// Stock never runs dry: it is counted up before it is shipped.
			_, err = s.shop.call(ctx, warehouse, "stock.quant", "create", map[string]any{
				"product_id": product, "location_id": central, "inventory_quantity_auto_apply": 500 + rand.IntN(500),
			})
			if err == nil {
				err = s.ship(ctx, as, "1Z")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
