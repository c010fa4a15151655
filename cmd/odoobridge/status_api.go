package main

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
)

// apiVerdict says in one line that commands do not get into Odoo; "" when they do.
func apiVerdict(s *bridge.APIStatus) string {
	switch {
	case s == nil:
	case s.State == bridge.APIAway:
		return fmt.Sprintf("ODOO'S API IS AWAY since %s: commands wait; events go on", s.Since.Local().Format(time.DateTime))
	case len(s.Refused) > 0:
		return fmt.Sprintf("ODOO REFUSES %s since %s: its commands wait; events go on", whose(s.Refused[0].Channel), s.Refused[0].Since.Local().Format(time.DateTime))
	}
	return ""
}

func whose(channel string) string {
	if channel == "" {
		return "odoo.login"
	}
	return "the user of " + channel
}

func printAPI(out io.Writer, s *bridge.APIStatus, now time.Time) {
	if s == nil {
		return
	}
	calls := fmt.Sprintf("calls under way: %d", s.InFlight)
	switch s.State {
	case bridge.APINotAsked:
		fmt.Fprintf(out, "odoo api   not called yet; %s\n", calls)
	case bridge.APIAnswers:
		fmt.Fprintf(out, "odoo api   answers, last %s ago; %s\n", now.Sub(s.Answered).Round(time.Second), calls)
	default:
		fmt.Fprintf(out, "odoo api   %s; %s\n", failing(s.APITrouble, now), calls)
		fmt.Fprintf(out, "           %s\n", s.Remedy)
	}
	for _, r := range s.Refused {
		fmt.Fprintf(out, "odoo api   refuses %s: %s\n", whose(r.Channel), failing(r.APITrouble, now))
		fmt.Fprintf(out, "           %s\n", r.Remedy)
	}
}

func failing(t bridge.APITrouble, now time.Time) string {
	text := fmt.Sprintf("fails since %s (%s, %d calls): %s (%s)", t.Since.Local().Format(time.DateTime), now.Sub(t.Since).Round(time.Second), t.Failures,
		cmp.Or(t.Reason, "see the error"), t.Error)
	if !t.HeldUntil.IsZero() {
		text += ", and none is made until " + t.HeldUntil.Local().Format(time.TimeOnly)
	}
	return text
}

func printClocks(out io.Writer, list []bridge.ClockStatus) {
	for _, c := range list {
		side := "ahead of"
		if c.AheadSeconds < 0 {
			side, c.AheadSeconds = "behind", -c.AheadSeconds
		}
		fmt.Fprintf(out, "clock      of %s's machine is %s %s this machine's: synchronise both (chrony, systemd-timesyncd)\n", c.Of, age(c.AheadSeconds), side)
	}
}
