package main

import (
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// TestStatusShowsOdoosAPIAndClocks prints what an operator sees: a first line that says what is wrong, and the cause and the remedy below.
func TestStatusShowsOdoosAPIAndClocks(t *testing.T) {
	now := time.Date(2026, 11, 26, 3, 5, 0, 0, time.Local)
	trouble := bridge.APITrouble{Since: now.Add(-5 * time.Minute), Failures: 12, Reason: "Odoo does not answer", Remedy: "look whether Odoo runs", Error: "connection refused", HeldUntil: now.Add(10 * time.Second)}
	refused := []bridge.APIRefused{{Channel: "shop", APITrouble: bridge.APITrouble{Since: now.Add(-time.Hour), Failures: 3, Reason: "the key is wrong", Remedy: "put a valid one", Error: "denied"}}}
	for name, tc := range map[string]struct {
		status bridge.Status
		says   []string
	}{
		"no commands": {bridge.Status{Ready: true}, []string{"KEEPING UP"}},
		"answers": {bridge.Status{Ready: true, API: &bridge.APIStatus{State: bridge.APIAnswers, Answered: now.Add(-2 * time.Second), InFlight: 1}},
			[]string{"KEEPING UP", "odoo api   answers, last 2s ago; calls under way: 1"}},
		"not called": {bridge.Status{Ready: true, API: &bridge.APIStatus{State: bridge.APINotAsked}}, []string{"KEEPING UP", "not called yet"}},
		"fails": {bridge.Status{Ready: true, API: &bridge.APIStatus{State: bridge.APIFails, APITrouble: trouble}},
			[]string{"KEEPING UP", "odoo api   fails since 2026-11-26 03:00:00 (5m0s, 12 calls): Odoo does not answer (connection refused)", "look whether Odoo runs"}},
		"away": {bridge.Status{Ready: true, API: &bridge.APIStatus{State: bridge.APIAway, InFlight: 2, APITrouble: trouble}},
			[]string{"ODOO'S API IS AWAY since 2026-11-26 03:00:00: commands wait; events go on", "and none is made until 03:05:10; calls under way: 2", "look whether Odoo runs"}},
		"refused": {bridge.Status{Ready: true, API: &bridge.APIStatus{State: bridge.APIAnswers, Answered: now, Refused: refused}},
			[]string{"ODOO REFUSES the user of shop since", "odoo api   answers", "refuses the user of shop: fails since", "the key is wrong (denied)", "put a valid one"}},
		"not ready": {bridge.Status{Checks: []telemetry.Verdict{{Name: "broker_confirmed", Reason: "it is away. Remedy: bring it back"}}},
			[]string{"NOT READY: broker confirmed: it is away\n", "NO  it is away. Remedy: bring it back"}},
		"clocks": {bridge.Status{Ready: true, Clocks: []bridge.ClockStatus{{Of: "PostgreSQL", AheadSeconds: -7.5}}}, []string{"KEEPING UP", "clock      of PostgreSQL's machine is 7.5s behind this machine's: synchronise"}},
	} {
		var out strings.Builder
		if err := printStatus(&out, tc.status, now); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(out.String(), tc.says[0]) {
			t.Errorf("%s: the first line is not %q:\n%s", name, tc.says[0], &out)
		}
		for _, part := range tc.says {
			if !strings.Contains(out.String(), part) {
				t.Errorf("%s: no %q in\n%s", name, part, &out)
			}
		}
	}
}
