package demo

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// printer writes lines, one at a time, in colour where that is wanted.
type printer struct {
	mu     sync.Mutex
	out    io.Writer
	colour bool
}

// colours of the channels.
var colours = map[string]string{"webshop": "36", "marketplace": "35", "warehouse": "33", "you": "32"}

const (
	bold  = "1"
	dim   = "2"
	red   = "31"
	green = "32"
)

func (p *printer) paint(code, s string) string {
	if !p.colour || code == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *printer) line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// A terminal that is gone is no reason to stop.
	_, _ = fmt.Fprintf(p.out, format+"\n", args...)
}

func (p *printer) step(s string) { p.line("%s", p.paint(dim, s)) }

// scene says what happens in the shop.
func (p *printer) scene(s string) { p.line("\n%s", p.paint(bold, s)) }

func (p *printer) remark(s string) {
	for line := range strings.SplitSeq(s, "\n") {
		p.line("  %s", p.paint(dim, line))
	}
}

// shell is a verb as a person types it, said a line of its answer.
func (p *printer) shell(s string) { p.line("  $ %s", p.paint(bold, s)) }
func (p *printer) said(s string)  { p.line("  %s", s) }

// channels introduces who listens.
func (p *printer) channels(all []channel) {
	p.line("\nThree channels listen to the shop, each in its own way:")
	for _, c := range all {
		p.line("  %s %s", p.paint(colours[c.name], pad(c.name, 12)), c.about)
		for _, l := range c.lanes {
			p.line("    %s %s", pad(l.name, 10), p.paint(dim, l.about))
		}
	}
}

// did is one line of what a channel does or sees.
func (p *printer) did(channel, verb, what string, after time.Duration) {
	took := ""
	if after > 0 {
		took = "  " + p.paint(dim, duration(after))
	}
	p.line("  %s %s %s%s", p.paint(colours[channel], pad(channel, 11)), p.paint(dim, pad(verb, 5)), what, took)
}

// thingAt is where in a line it begins to say what it is about.
const thingAt = 32

// sends is a command as a channel publishes it.
func (p *printer) sends(c *sent, about string) {
	p.did(c.channel, "sends", pad(c.name, thingAt)+" "+about, 0)
}

// gets is the answer to a command.
func (p *printer) gets(c *sent, a *answer) {
	p.did(c.channel, "gets", pad(c.name, thingAt)+" "+a.text(), a.latency)
}

// heard is what channels have heard, in the order of the channels: a line for each thing of
// each lane, however many events told of it.
func (p *printer) heard(all []hearing) {
	for _, l := range lanesOf(channels) {
		var subjects []string
		of := map[string][]*event{}
		for _, h := range all {
			if h.lane.queue() != l.queue() {
				continue
			}
			if of[h.event.Subject] == nil {
				subjects = append(subjects, h.event.Subject)
			}
			of[h.event.Subject] = append(of[h.event.Subject], h.event)
		}
		slices.Sort(subjects)
		for _, subject := range subjects {
			p.thing(l, of[subject])
		}
	}
}

// thing is what a lane heard of one thing.
func (p *printer) thing(l lane, events []*event) {
	newest := events[len(events)-1]
	entity, _, _ := strings.Cut(newest.Type, ".")
	var happened []string
	for _, e := range events {
		_, what, _ := strings.Cut(e.Type, ".")
		if !slices.Contains(happened, what) {
			happened = append(happened, what)
		}
	}
	told := pad(entity+" "+strings.Join(happened, ", "), thingAt) + " " + pad(newest.thing(), 16) + " " + newsOf(events)
	if newest.Origin != "" {
		told += p.paint(dim, ", by "+newest.Origin)
	}
	p.did(l.channel, "hears", told, newest.latency)
}

// counted says how many events each channel got while something was done.
func (p *printer) counted(all []hearing, took time.Duration) {
	for _, c := range channels {
		var lanes []string
		for _, l := range c.lanes {
			n := 0
			for _, h := range all {
				if h.lane.queue() == l.queue() {
					n++
				}
			}
			if n > 0 {
				lanes = append(lanes, fmt.Sprintf("%s about %s", plural(n, "event"), l.name))
			}
		}
		if len(lanes) > 0 {
			p.did(c.name, "hears", strings.Join(lanes, ", "), 0)
		}
	}
	p.remark(fmt.Sprintf("All of it was ordered, confirmed and answered within %s.", duration(took)))
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func pad(s string, width int) string {
	if n := utf8.RuneCountInString(s); n < width {
		return s + strings.Repeat(" ", width-n)
	}
	return s
}

func duration(d time.Duration) string {
	if d < 100*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
