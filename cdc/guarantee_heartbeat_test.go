package cdc

import (
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestHeartbeatProvesTheWayAndMovesTheSlot(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	trips := make(chan time.Duration, 100)
	s := r.newSource(func(c *Config, _ *timing) {
		c.Heartbeat = 20 * time.Millisecond
		c.Hooks.Heartbeat = func(d time.Duration) { trips <- d }
	})
	var rec recorder
	start(t, s, from, confirming(s, rec.handle))
	for range 3 {
		select {
		case d := <-trips:
			if d <= 0 || d > patience {
				t.Errorf("round trip of %s", d)
			}
		case <-time.After(patience):
			t.Fatal("no heartbeat came")
		}
	}
	testkit.Eventually(t, patience, func() bool { return r.confirmedOnServer() > from }, func() string { return "the slot did not move" })
	if n := rec.count(); n > 0 {
		t.Errorf("%d transactions came of heartbeats alone", n)
	}
	if at, _ := s.beats.last(); at.IsZero() || s.Stats().LastBeat.IsZero() {
		t.Error("the last heartbeat is not remembered")
	}
}

// Without the right to write messages the stream goes on without heartbeats.
func TestHeartbeatWithoutTheRightIsGivenUp(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	role := "mute_" + r.slot
	r.exec(`REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text) FROM PUBLIC; CREATE ROLE ` + role + ` LOGIN REPLICATION`)
	t.Cleanup(func() { r.exec(`DROP ROLE ` + role) })
	s := r.newSource(func(c *Config, _ *timing) {
		c.DSN = via(t, r.dsn, "", "user", role)
		c.Heartbeat = time.Millisecond
	})
	var rec recorder
	start(t, s, from, rec.handle)
	r.exec(`INSERT INTO item VALUES (1, 'x')`)
	rec.await(t, 1)
	if n := s.Stats().Reconnects; n > 0 {
		t.Errorf("%d reconnects", n)
	}
}

// Before PostgreSQL 14 messages are not sent: a position beyond one is its arrival.
func TestHeartbeatArrivesByPositionToo(t *testing.T) {
	var trips int
	h := heartbeats{hook: func(time.Duration) { trips++ }}
	h.leaves([]byte("a"))
	h.passed(100)
	h.written([]byte("a"), 200)
	h.passed(200)
	if trips != 0 {
		t.Fatal("it arrived before the position passed it")
	}
	h.passed(201)
	h.arrived(logical{prefix: []byte(beatPrefix), content: []byte("a")})
	if trips != 1 {
		t.Errorf("it arrived %d times", trips)
	}
	h.leaves([]byte("b"))
	h.arrived(logical{prefix: []byte("somebody"), content: []byte("b")})
	h.arrived(logical{prefix: []byte(beatPrefix), content: []byte("c")})
	if trips != 1 {
		t.Error("somebody else's message was taken for ours")
	}
	h.arrived(logical{prefix: []byte(beatPrefix), content: []byte("b")})
	if trips != 2 {
		t.Errorf("it arrived %d times", trips)
	}
}
