package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// vendor is a channel that sells: it draws what its customers do. One goroutine sends for it, so that its commands arrive in the
// order in which it thought of them.
type vendor struct {
	*market
	name    string
	user    string // of the broker
	post    *post
	answers *answers
	lane    *laneEar

	count     int
	sales     []*sale
	customers map[string]bool // that were sent
	sentAll   []*wish
}

// sale is an order as its vendor knows it.
type sale struct {
	subject, number string
	lines           []soldLine
	returns         []string
	odd             string // what is wrong with it
}

type soldLine struct {
	thing    thingSold
	quantity int
}

func (o *sale) total() (sum int) {
	for _, l := range o.lines {
		sum += 10 * l.quantity
	}
	return sum
}

// crowd is how many commands of a channel may be without an answer before it sends no more: a fault that takes long must not pile up
// work that takes longer.
const crowd = 40

func (s *vendor) waitsForMany() (many bool) {
	n := 0
	for i := len(s.sentAll) - 1; i >= 0 && i >= len(s.sentAll)-3*crowd; i-- {
		if s.sentAll[i].final().Outcome == "" {
			n++
		}
	}
	return n > crowd
}

func (s *vendor) act(ctx context.Context, draw *rand.Rand) {
	pause(ctx, draw, 400*time.Millisecond)
	if s.waitsForMany() || ctx.Err() != nil {
		return
	}
	s.count++
	s.post.twice = draw.IntN(12) == 0
	switch n := draw.IntN(100); {
	case n < 30 || len(s.sales) == 0:
		s.order(draw)
	case n < 38:
		s.customer(draw, fmt.Sprintf("c%d", draw.IntN(len(s.customers)+1)))
	case n < 42:
		s.consent(draw)
	case n < 47:
		s.say("order.cancel", s.any(draw).subject, map[string]any{"reason": "changed my mind"})
	case n < 67:
		s.pay(draw, s.any(draw))
	case n < 76:
		s.refund(draw, s.any(draw))
	case n < 85:
		s.giveBack(draw, s.any(draw))
	case n < 90:
		s.receive(draw, s.any(draw))
	case n < 96:
		s.send(s.sentAll[draw.IntN(len(s.sentAll))]) // the same again
	default:
		s.nonsense(draw)
	}
}

// say sends a command of a new id.
func (s *vendor) say(kind, subject string, data map[string]any) *wish {
	return s.saySince(kind, subject, data, 0)
}

// saySince sends a command of a new id that was said so long ago.
func (s *vendor) saySince(kind, subject string, data map[string]any, ago time.Duration) *wish {
	w := s.wish(kind, fmt.Sprintf("%s-%d-%d", s.name, len(s.sentAll), s.count), subject, data, since(ago))
	w.late = ago > 0
	s.sentAll = append(s.sentAll, w)
	return w
}

// any is an order, as a rule a late one.
func (s *vendor) any(draw *rand.Rand) *sale {
	last := min(len(s.sales), 12)
	return s.sales[len(s.sales)-1-draw.IntN(last)]
}

func (s *vendor) customer(draw *rand.Rand, id string) {
	s.customers[id] = true
	mail := s.name + id + "@example.test"
	data := map[string]any{"name": fmt.Sprintf("%s %s v%d", s.name, id, s.count), "email": mail}
	if draw.IntN(2) == 0 {
		data["address"] = map[string]any{"street": fmt.Sprintf("Main St %d", s.count), "city": "Berlin", "country": "DE"}
	}
	if draw.IntN(4) == 0 {
		data["addresses"] = []any{map[string]any{"id": "a" + id, "type": "delivery", "name": "At " + id, "street": fmt.Sprintf("Side St %d", s.count)}}
	}
	ago := time.Duration(0)
	if draw.IntN(8) == 0 {
		ago = time.Hour
	}
	s.saySince("customer.upsert", id, data, ago)
}

// since is the time so long ago, as commands have it.
func since(ago time.Duration) string { return time.Now().Add(-ago).UTC().Format(time.RFC3339Nano) }

func (s *vendor) consent(draw *rand.Rand) {
	mail := fmt.Sprintf("%sconsent%d@example.test", s.name, draw.IntN(6))
	s.say("consent.update", mail, map[string]any{"email": mail, "marketing": draw.IntN(2) == 0, "decided_at": now()})
}

// order places one; now and then before its customer, or twice, or with what cannot be.
func (s *vendor) order(draw *rand.Rand) {
	o := &sale{subject: fmt.Sprintf("o%d", s.count), number: fmt.Sprintf("%s o%d", s.name, s.count)}
	customer, late := fmt.Sprintf("c%d", draw.IntN(3+len(s.sales)/2)), draw.IntN(4) == 0
	if !s.customers[customer] && !late {
		s.customer(draw, customer)
	}
	lines := []any{}
	for i := range 1 + draw.IntN(3) {
		l := soldLine{s.goods[draw.IntN(len(s.goods))], 1 + draw.IntN(4)}
		o.lines = append(o.lines, l)
		lines = append(lines, map[string]any{"id": fmt.Sprint(i + 1), "sku": l.thing.sku, "quantity": fmt.Sprint(l.quantity), "unit_price": "10.00", "taxes": []string{}})
	}
	total := o.total()
	switch draw.IntN(20) {
	case 0:
		lines[0].(map[string]any)["sku"], o.odd = s.market.name+"-NONE", "unknown_sku"
	case 1:
		total, o.odd = total+5, "total_mismatch"
	}
	data := map[string]any{
		"number": o.number, "placed_at": now(), "currency": s.currency, "customer": customer, "lines": lines,
		"totals": map[string]any{"total": fmt.Sprintf("%d.00", total)},
	}
	switch draw.IntN(20) { // what is about the order comes before it
	case 0:
		s.say("order.cancel", o.subject, map[string]any{"reason": "clicked twice"})
	case 1:
		s.pay(draw, o)
	}
	s.say("order.place", o.subject, data).wrong = o.odd
	s.sales = append(s.sales, o)
	if !s.customers[customer] {
		s.customer(draw, customer)
	}
	if draw.IntN(5) == 0 {
		w := s.say("order.place", o.subject, data)
		w.again, w.wrong = true, o.odd
	}
	if draw.IntN(2) == 0 {
		s.pay(draw, o)
	}
}

// pay pays all or a part, now and then twice: by another command for the same transaction, or by another transaction.
func (s *vendor) pay(draw *rand.Rand, o *sale) {
	if s.bank == 0 {
		return
	}
	amount := o.total()
	if draw.IntN(3) == 0 {
		amount = 1 + draw.IntN(amount)
	}
	transaction := fmt.Sprintf("%s-p%d-%d", s.name, s.count, len(s.sentAll))
	data := map[string]any{"order": o.subject, "amount": fmt.Sprintf("%d.00", amount), "currency": s.currency, "method": "card", "transaction_id": transaction, "paid_at": now()}
	s.say("payment.record", transaction, data)
	if draw.IntN(4) == 0 {
		s.say("payment.record", transaction, data).again = true
	}
}

func (s *vendor) refund(draw *rand.Rand, o *sale) {
	if s.bank == 0 {
		return
	}
	subject := fmt.Sprintf("r%d", s.count)
	data := map[string]any{"order": o.subject, "currency": s.currency, "refunded_at": now()}
	switch draw.IntN(3) {
	case 0:
		data["full"] = true
	case 1:
		data["amount"] = fmt.Sprintf("%d.00", 1+draw.IntN(o.total()))
	default:
		data["lines"] = []any{map[string]any{"line": "1", "quantity": "1"}}
		data["total"] = "10.00"
	}
	if draw.IntN(3) > 0 {
		data["payment"] = map[string]any{"method": "card", "transaction_id": s.name + "-" + subject}
	}
	s.say("refund.record", subject, data)
	if draw.IntN(4) == 0 {
		s.say("refund.record", subject, data).again = true
	}
}

func (s *vendor) giveBack(draw *rand.Rand, o *sale) {
	subject := fmt.Sprintf("b%d", s.count)
	data := map[string]any{"order": o.subject, "lines": []any{map[string]any{"line": "1", "quantity": fmt.Sprint(1 + draw.IntN(2))}}}
	o.returns = append(o.returns, subject)
	s.say("return.request", subject, data)
	if draw.IntN(4) == 0 {
		s.say("return.request", subject, data).again = true
	}
}

// receive takes back what a return asked for, all or in part.
func (s *vendor) receive(draw *rand.Rand, o *sale) {
	if len(o.returns) == 0 {
		s.giveBack(draw, o)
	}
	data := map[string]any{"request": o.returns[draw.IntN(len(o.returns))]}
	if draw.IntN(3) == 0 {
		data["lines"] = []any{map[string]any{"sku": o.lines[0].thing.sku, "quantity": "1"}}
		data["backorder"] = []string{"keep", "drop"}[draw.IntN(2)]
	}
	subject := fmt.Sprintf("v%d", s.count)
	s.say("return.receive", subject, data)
	if draw.IntN(4) == 0 {
		s.say("return.receive", subject, data).again = true
	}
}

// nonsense is what is refused whatever there is in Odoo.
func (s *vendor) nonsense(draw *rand.Rand) {
	subject := fmt.Sprintf("n%d", s.count)
	switch draw.IntN(5) {
	case 0:
		s.garbage(draw)
	case 1:
		s.forge()
	case 2:
		s.say("order.place", subject, map[string]any{"placed_at": "yesterday", "lines": 5}).wrong = "rejected"
	case 3:
		s.say("payment.record", subject, map[string]any{"order": "o1", "amount": "-5", "currency": "usd"}).wrong = "rejected"
	default:
		s.say("stock.count", subject, map[string]any{"sku": s.goods[0].sku, "warehouse": s.code, "quantity": "-1", "counted_at": now()}).wrong = "rejected"
	}
}
