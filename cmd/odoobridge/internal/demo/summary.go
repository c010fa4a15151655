package demo

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// sumUp counts, compares with Odoo, and says whether all is as it should be.
func (d *demo) sumUp(ctx context.Context) error {
	lost := d.ears.missing(d.expected)
	stale, err := d.staleLevels(ctx)
	if err != nil {
		return err
	}
	effects, err := d.wrongEffects(ctx)
	if err != nil {
		return err
	}
	d.table()
	twice, gaps := d.ears.flaws()
	d.say.line("")
	d.say.verdict(twice == 0, fmt.Sprintf("%d events came twice", twice))
	d.say.verdict(len(lost) == 0 && gaps == 0, fmt.Sprintf("%d lost (%d things that had to be heard were not, %d gaps in revisions)", len(lost)+gaps, len(lost), gaps))
	d.say.verdict(len(stale) == 0, fmt.Sprintf("%d stock levels differ from what Odoo answers", len(stale)))
	unanswered := d.asked - d.answered
	if d.asked > 0 {
		d.say.verdict(unanswered == 0 && len(effects) == 0, fmt.Sprintf("%d commands, %d without an answer, %d whose effect is not in Odoo exactly once", d.asked, unanswered, len(effects)))
	}
	for _, l := range lost {
		d.say.remark("never heard: " + l.queue + " " + l.kind)
	}
	for _, s := range append(stale, effects...) {
		d.say.remark(s)
	}
	if unanswered != 0 || twice+gaps+len(lost)+len(stale)+len(effects) > 0 {
		return ErrIncomplete
	}
	return nil
}

// effect is a record that must be in Odoo exactly once.
type effect struct {
	model, field string
	value        any
}

// wrongEffects asks Odoo for what commands have brought about.
func (d *demo) wrongEffects(ctx context.Context) (wrong []string, err error) {
	for _, x := range d.effects {
		found, err := d.shop.find(ctx, x.model, []any{[]any{x.field, "=", x.value}}, "id")
		if err != nil {
			return nil, err
		}
		if len(found) != 1 {
			wrong = append(wrong, fmt.Sprintf("%d of %s with %s %v, and not one", len(found), x.model, x.field, x.value))
		}
	}
	return wrong, nil
}

// table shows what each lane heard.
func (d *demo) table() {
	d.say.line("\n%s", d.say.paint(bold, pad("channel/lane", 24)+pad("pace", 14)+fmt.Sprintf("%8s %11s %11s", "events", "p50", "p99")))
	for _, l := range lanesOf(channels) {
		events, latencies := d.ears.of(l)
		pace := "instant"
		if l.conflate != "" {
			pace = "every " + l.conflate
		}
		d.say.line("%s%s%8d %11s %11s", d.say.paint(colours[l.channel], pad(l.channel+"/"+l.name, 24)), pad(pace, 14),
			events, quantile(latencies, 0.50), quantile(latencies, 0.99))
	}
	total, instant := d.ears.total()
	d.say.line("%s%8d %11s %11s  %s", pad("in all; latencies of the instant lanes", 38), total, quantile(instant, 0.50), quantile(instant, 0.99),
		d.say.paint(dim, "commit → received"))
}

// quantile by the nearest rank.
func quantile(sorted []time.Duration, q float64) string {
	if len(sorted) == 0 {
		return "-"
	}
	return duration(sorted[min(len(sorted)-1, int(math.Ceil(q*float64(len(sorted))))-1)])
}

// of is what a lane heard: how much, and how fast, sorted.
func (e *ears) of(l lane) (events int, latencies []time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	h := e.lanes[l.queue()]
	latencies = slices.Clone(h.latencies)
	slices.Sort(latencies)
	return h.events, latencies
}

// total is what all heard, and the latencies of those that hear at once.
func (e *ears) total() (events int, instant []time.Duration) {
	for _, l := range lanesOf(channels) {
		n, latencies := e.of(l)
		events += n
		if l.conflate == "" {
			instant = append(instant, latencies...)
		}
	}
	slices.Sort(instant)
	return events, instant
}

func (e *ears) flaws() (twice, gaps int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range e.lanes {
		twice += h.twice
		gaps += h.gaps
	}
	return twice, gaps
}

// levels are the last stock levels a lane heard, by subject.
func (e *ears) levels(l lane) map[string]*event {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := map[string]*event{}
	for subject, ev := range e.lanes[l.queue()].state {
		if ev.Data.Entity["available"] != nil {
			all[subject] = ev
		}
	}
	return all
}

// staleLevels compares the last level every channel heard with Odoo's answer.
func (d *demo) staleLevels(ctx context.Context) ([]string, error) {
	var stale []string
	free := map[string]float64{} // by subject
	for _, l := range lanesOf(channels) {
		for subject, ev := range d.ears.levels(l) {
			want, asked := free[subject]
			if !asked {
				var err error
				if want, err = d.freeOf(ctx, subject); err != nil {
					return nil, err
				}
				free[subject] = want
			}
			if got, err := strconv.ParseFloat(ev.field("available"), 64); err != nil || got != want {
				stale = append(stale, fmt.Sprintf("%s: %s is %q in %s, and %g in Odoo", subject, "available", ev.field("available"), l.queue(), want))
			}
		}
	}
	slices.Sort(stale)
	return stale, nil
}

// freeOf asks Odoo what is available of stock_level/<product>/<warehouse>.
func (d *demo) freeOf(ctx context.Context, subject string) (float64, error) {
	var product, warehouseID int
	if _, err := fmt.Sscanf(subject, "stock_level/%d/%d", &product, &warehouseID); err != nil {
		return 0, fmt.Errorf("read the subject %s: %w", subject, err)
	}
	warehouses, err := d.shop.find(ctx, "stock.warehouse", []any{[]any{"id", "=", warehouseID}}, "view_location_id")
	if err != nil || len(warehouses) != 1 {
		return 0, fmt.Errorf("find the warehouse of %s: %w", subject, err)
	}
	view := warehouses[0]["view_location_id"].([]any)[0]
	quants, err := d.shop.find(ctx, "stock.quant", []any{
		[]any{"product_id", "=", product}, []any{"location_id.parent_path", "like", fmt.Sprintf("/%v/", view)},
	}, "quantity", "reserved_quantity")
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, q := range quants {
		sum += q["quantity"].(float64) - q["reserved_quantity"].(float64)
	}
	return sum, nil
}

// verdict is a line of the end.
func (p *printer) verdict(fine bool, s string) {
	if fine {
		p.line("%s %s", p.paint(green, "✔"), s)
		return
	}
	p.line("%s %s", p.paint(red, "✘"), p.paint(red, s))
}
