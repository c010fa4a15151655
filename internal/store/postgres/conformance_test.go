package postgres

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestConformance(t *testing.T) {
	dsn := server(t).NewDatabase(t)
	storetest.Run(t, func(t *testing.T) store.Store {
		return open(t, claim(dsn, newSchema()), Options{Tables: storetest.Tables()})
	})
}

var schemas atomic.Int64

// newSchema is a name that no other test of this process has.
func newSchema() string { return fmt.Sprintf("Store %d", schemas.Add(1)) }

func claim(dsn, schema string) Claim {
	return Claim{DSN: dsn, Schema: schema, Instance: NewInstance()}
}

func open(t testing.TB, c Claim, o Options) *Store {
	t.Helper()
	lease, err := Acquire(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), lease, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeStore(tb testing.TB, s *Store) {
	tb.Helper()
	if err := s.Close(); err != nil {
		tb.Error(err)
	}
}

// server is one that syncs nothing: processes are killed here, not machines.
func server(t testing.TB) *testkit.PG {
	t.Helper()
	return testkit.Postgres(t)
}
