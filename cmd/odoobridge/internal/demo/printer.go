package demo

import (
	"fmt"
	"io"
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

// colours of the channels, in their order.
var colours = map[string]string{"webshop": "36", "marketplace": "35", "warehouse": "33"}

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
func (p *printer) scene(s string) { p.line("\n%s %s", p.paint(bold, "●"), p.paint(bold, s)) }

func (p *printer) remark(s string) { p.line("  %s", p.paint(dim, s)) }

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

// heard is one event as a channel got it.
func (p *printer) heard(l lane, e *event) {
	own := ""
	if e.Origin != "" {
		own = p.paint(dim, " by "+e.Origin)
	}
	p.line("  %s %s %s  %s%s  %s", p.paint(colours[l.channel], pad(l.channel+"/"+l.name, 21)), pad(e.Type, 19),
		pad(e.thing(), 18), e.news(), own, p.paint(dim, duration(e.latency)))
}

// counted says how many events each lane got in the meantime.
func (p *printer) counted(before, after map[string]int) {
	for _, l := range lanesOf(channels) {
		if n := after[l.queue()] - before[l.queue()]; n > 0 {
			p.line("  %s %s", p.paint(colours[l.channel], pad(l.channel+"/"+l.name, 21)), plural(n, "event"))
		}
	}
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
