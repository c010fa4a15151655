package testkit

import (
	"slices"
	"sync"
	"testing"
)

// alone are the servers that tests which run side by side take turns with.
var alone struct {
	sync.Mutex
	servers []*PG
	holders []string // by place in servers: the test that has it, "" for none
}

// PostgresAlone returns a server that no other test of this binary uses at the
// same time: the names of slots and roles are a server's, so tests that call t.Parallel
// need one each. A test that asks again gets the same one. Tests that do not run side by side
// all get the shared one.
func PostgresAlone(t testing.TB) *PG {
	t.Helper()
	alone.Lock()
	defer alone.Unlock()
	place := slices.Index(alone.holders, t.Name())
	if place >= 0 {
		return alone.servers[place]
	}
	if place = slices.Index(alone.holders, ""); place < 0 {
		place = len(alone.servers)
		alone.servers, alone.holders = append(alone.servers, anotherPostgres(t, place)), append(alone.holders, "")
	}
	alone.holders[place] = t.Name()
	t.Cleanup(func() {
		alone.Lock()
		defer alone.Unlock()
		alone.holders[place] = ""
	})
	return alone.servers[place]
}

func anotherPostgres(t testing.TB, place int) *PG {
	t.Helper()
	if place == 0 {
		return Postgres(t)
	}
	pg := startPostgres(t, settingsOf(nil))
	OnExit(pg.close)
	return pg
}
