package pgcheck

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/config"
)

func checker(settings map[string]string) *Checker {
	cfg := config.Defaults()
	return &Checker{cfg: cfg, settings: settings, role: "bridge", version: 130000}
}

func TestWhatASlotsStateMeans(t *testing.T) {
	base := cdc.SlotState{Exists: true, Plugin: "pgoutput"}
	with := func(change func(*cdc.SlotState)) cdc.SlotState { s := base; change(&s); return s }
	for name, tc := range map[string]struct {
		state cdc.SlotState
		want  check.Severity
		says  string
		knows Memory
	}{
		"never made":  {cdc.SlotState{}, check.OK, "was never made", Memory{}},
		"dropped":     {cdc.SlotState{}, check.Fail, "somebody dropped it", Memory{Slot: "odoobridge"}},
		"renamed":     {cdc.SlotState{}, check.Fail, "came from slot former", Memory{Slot: "former"}},
		"not known":   {cdc.SlotState{}, check.Warn, "newer version", Memory{Unknown: "it is of a newer version"}},
		"waiting":     {base, check.OK, "waits for its bridge", Memory{}},
		"active":      {with(func(s *cdc.SlotState) { s.Active, s.ActivePID = true, 42 }), check.OK, "process 42 (from 10.0.0.7)", Memory{}},
		"lost":        {with(func(s *cdc.SlotState) { s.WALStatus = "lost" }), check.Fail, "is lost", Memory{}},
		"invalidated": {with(func(s *cdc.SlotState) { s.Invalidation = "idle_timeout" }), check.Fail, "idle_timeout", Memory{}},
		"forgotten":   {with(func(s *cdc.SlotState) { s.Retained = 5 << 30 }), check.Warn, "holds back 5120 MB", Memory{}},
		"foreign":     {with(func(s *cdc.SlotState) { s.Plugin = "wal2json" }), check.Fail, "wal2json", Memory{}},
	} {
		if f := checker(nil).slotFinding(tc.state, cdc.Holder{PID: tc.state.ActivePID, Address: "10.0.0.7"}, tc.knows); f.Severity != tc.want || !strings.Contains(f.What, tc.says) || tc.want != check.OK && f.Remedy == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestReleasesOfPostgreSQL(t *testing.T) {
	for version, want := range map[int]check.Severity{110022: check.Fail, 120001: check.OK, 170004: check.OK, 180001: check.OK, 190000: check.Warn} {
		c := checker(nil)
		c.version = version
		if f := c.versionFinding("x"); f.Severity != want {
			t.Errorf("%d: %+v", version, f)
		}
	}
}

func TestAStandbyIsRefused(t *testing.T) {
	c := checker(nil)
	c.standby = true
	if f := c.standbyFindings(); len(f) != 1 || f[0].Severity != check.Fail {
		t.Errorf("got %+v", f)
	}
}

func TestTheBudgetForLogIsJudged(t *testing.T) {
	for keep, want := range map[string]check.Severity{"": check.Warn, "-1": check.Warn, "100": check.Warn, "20480": check.OK} {
		settings := map[string]string{"max_slot_wal_keep_size": keep}
		if keep == "" {
			settings = nil // PostgreSQL 12
		}
		found, err := checker(settings).walBudget(context.Background())
		if err != nil || found[0].Severity != want || want == check.Warn && found[0].Remedy == "" {
			t.Errorf("%q: %+v, %v", keep, found, err)
		}
	}
	for perDay, want := range map[int64]int64{0: 10, 20 << 30: 31, 100 << 30: 151} {
		if got := suggestedGB(perDay); got != want {
			t.Errorf("%d bytes a day: %d GB suggested, want %d", perDay, got, want)
		}
	}
}

func TestASlotsIdleTimeoutIsNamed(t *testing.T) {
	c := checker(map[string]string{"wal_sender_timeout": "60000", "idle_replication_slot_timeout": "3600"})
	c.cfg.Postgres.StatusInterval = 10 * time.Second
	found, err := c.timeouts(context.Background())
	if err != nil || len(found) != 2 || found[1].Severity != check.Warn {
		t.Errorf("got %+v, %v", found, err)
	}
}
