package cdc

import (
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestWhoseClockIsAhead has a server whose clock is the machine's, then one that is wrong: a function of the clock's name stands before it.
func TestWhoseClockIsAhead(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	ask := func(s *Source, least, most time.Duration) {
		t.Helper()
		if ahead, err := s.ClockAhead(t.Context()); err != nil || ahead < least || ahead > most {
			t.Errorf("ahead by %s, %v, want %s to %s", ahead, err, least, most)
		}
	}
	ask(r.source, 0, 0)
	r.exec(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$`)
	r.exec(`CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$`)
	ask(r.newSource(func(*Config, *timing) {}), 59*time.Minute, time.Hour)
	r.exec(`CREATE OR REPLACE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() - interval '1 hour' $$`)
	ask(r.newSource(func(*Config, *timing) {}), -time.Hour, -59*time.Minute)
}
