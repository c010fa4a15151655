package bridge

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/telemetry"
)

func TestAWrongClockIsToldOnceAndThatItIsRight(t *testing.T) {
	var log bytes.Buffer
	m := telemetry.New("test")
	c := newClocks(slog.New(slog.NewTextHandler(&log, nil)), m.ClockAhead)
	for _, ahead := range []time.Duration{0, 1500 * time.Millisecond, 7 * time.Second, 8 * time.Second, 1500 * time.Millisecond, 7 * time.Second} {
		c.heard(clockOfPostgreSQL, ahead)
	}
	c.heard(clockOfOdoo, -time.Hour)
	if diff := cmp.Diff([]ClockStatus{{clockOfPostgreSQL, 7}, {clockOfOdoo, -3600}}, c.off()); diff != "" {
		t.Error(diff)
	}
	c.heard(clockOfPostgreSQL, 0)
	c.heard(clockOfOdoo, 0)
	if len(c.off()) != 0 {
		t.Errorf("%+v", c.off())
	}
	c.heard(clockOfPostgreSQL, -5*time.Second)
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	for i, want := range []string{"WARN PostgreSQL ahead=7s chrony", "WARN Odoo ahead=-1h0m0s chrony", "INFO PostgreSQL again", "INFO Odoo again", "WARN PostgreSQL ahead=-5s chrony"} {
		for _, part := range strings.Fields(want) {
			if len(lines) != 5 || !strings.Contains(lines[i], part) {
				t.Fatalf("want %q:\n%s", want, &log)
			}
		}
	}
}

func TestAClockThatIsSetIsTold(t *testing.T) {
	var log bytes.Buffer
	c := newClocks(slog.New(slog.NewTextHandler(&log, nil)), telemetry.New("test").ClockAhead)
	steady := c.jumped
	c.look()
	c.look()
	if jump := steady(time.Now(), time.Now().Add(time.Hour)); jump.Abs() > time.Second {
		t.Errorf("an hour that passed is a jump of %s", jump)
	}
	c.jumped = func(time.Time, time.Time) time.Duration { return -time.Minute }
	c.look()
	c.jumped = steady
	c.look()
	if n := strings.Count(log.String(), "this machine's clock has jumped"); n != 1 || !strings.Contains(log.String(), "ahead=-1m0s") {
		t.Errorf("told %d times:\n%s", n, &log)
	}
}
