package lane

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/odoobridge/odoobridge/internal/config"
)

// pace says when a pending delivery is due.
type pace struct {
	wait     time.Duration
	schedule cron.Schedule
	urgent   map[string]bool
	text     string
}

var cronFields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

func newPace(c config.Pace) (pace, error) {
	p := pace{wait: c.Conflate, text: "instant", urgent: make(map[string]bool, len(c.Urgent))}
	for _, t := range c.Urgent {
		p.urgent[t] = true
	}
	switch {
	case c.Conflate > 0 && c.Schedule != "":
		return p, fmt.Errorf("pace has both conflate and schedule")
	case c.Conflate > 0:
		p.text = "conflate " + c.Conflate.String()
	case c.Schedule != "":
		return p.scheduled(c)
	}
	return p, nil
}

func (p pace) scheduled(c config.Pace) (pace, error) {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return p, fmt.Errorf("time zone of the schedule: %w", err)
	}
	parsed, err := cronFields.Parse(c.Schedule)
	if err != nil {
		return p, fmt.Errorf("schedule %q: %w", c.Schedule, err)
	}
	if s, ok := parsed.(*cron.SpecSchedule); ok {
		s.Location = zone
	}
	if parsed.Next(time.Unix(0, 0)).IsZero() {
		return p, fmt.Errorf("schedule %q never comes", c.Schedule)
	}
	p.schedule, p.text = parsed, "schedule "+c.Schedule+" "+zone.String()
	return p, nil
}

func (p pace) instant() bool { return p.wait == 0 && p.schedule == nil }

// due is when a delivery must go out whose oldest event was committed, and is
// read now. It counts from the commit, so that a tick missed while the bridge was
// down is made up at once. A wait counts from now where commit and reading are
// close: the two clocks are never quite the same, and a database whose clock is
// a little behind must not shorten every wait.
func (p pace) due(committed, now time.Time) time.Time {
	if committed.After(now) {
		committed = now
	}
	if p.schedule != nil {
		return p.schedule.Next(committed)
	}
	if now.Sub(committed) < p.wait/2 {
		committed = now
	}
	return committed.Add(p.wait)
}
