package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// shed is the channel of a warehouse: it ships what it hears of, and counts.
type shed struct {
	*vendor
	shipped map[string]*wish // by shipment
}

func (s *shed) act(ctx context.Context, draw *rand.Rand) {
	pause(ctx, draw, 400*time.Millisecond)
	if s.waitsForMany() || ctx.Err() != nil {
		return
	}
	s.vendor.count++
	s.post.twice = draw.IntN(12) == 0
	switch n := draw.IntN(10); {
	case n < 5:
		s.ship(draw)
	case n < 7:
		s.count(s.counted[draw.IntN(len(s.counted))], draw.IntN(200), map[bool]time.Duration{true: time.Hour}[draw.IntN(6) == 0])
	case n < 9:
		change := draw.IntN(60) - 30
		one := s.counted[draw.IntN(len(s.counted))]
		if draw.IntN(3) == 0 {
			one = s.goods[draw.IntN(len(s.goods))] // that are sold meanwhile
		}
		subject := fmt.Sprintf("j%d", s.vendor.count)
		data := map[string]any{"sku": one.sku, "warehouse": s.code, "change": fmt.Sprint(change), "adjusted_at": now(), "reason": "found or lost"}
		s.say("stock.adjust", subject, data)
		if draw.IntN(4) == 0 {
			s.say("stock.adjust", subject, data).again = true
		}
	default:
		s.send(s.sentAll[draw.IntN(len(s.sentAll))])
	}
}

func (s *shed) count(one thingSold, quantity int, ago time.Duration) {
	subject := one.sku
	w := s.say("stock.count", subject, map[string]any{"sku": one.sku, "warehouse": s.code, "quantity": fmt.Sprint(quantity), "counted_at": since(ago)})
	if ago > 0 { // there is a newer word: the opening count
		w.wrong = "rejected"
	}
}

// ship confirms a shipment that is ready, whole or in part, as its event tells of it.
func (s *shed) ship(draw *rand.Rand) {
	ready := s.lane.ready()
	if len(ready) == 0 {
		return
	}
	one := ready[draw.IntN(len(ready))]
	if s.shipped == nil {
		s.shipped = map[string]*wish{}
	}
	if earlier := s.shipped[one.name]; earlier != nil {
		if draw.IntN(8) == 0 {
			s.say("shipment.confirm", earlier.subject, earlier.data).again = true
		}
		return
	}
	data, ships := map[string]any{"shipment": one.name}, map[int64]int{}
	if draw.IntN(3) == 0 {
		lines := []any{}
		for _, l := range one.lines {
			if n := draw.IntN(l.demand + 1); n > 0 {
				lines = append(lines, map[string]any{"move_id": l.move, "quantity": fmt.Sprint(n)})
				ships[l.product] += n
			}
		}
		if len(lines) > 0 {
			data["lines"], data["backorder"] = lines, []string{"keep", "drop"}[draw.IntN(2)]
		}
	}
	if draw.IntN(3) == 0 {
		data["tracking_references"] = []string{"T" + one.name}
	}
	w := s.say("shipment.confirm", fmt.Sprintf("s%d", s.vendor.count), data)
	w.ships, s.shipped[one.name] = ships, w
}
