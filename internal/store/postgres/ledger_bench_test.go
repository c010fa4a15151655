package postgres

import (
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// BenchmarkCommands compares the ledgers, side by side in one run: both sync what must be durable. An operation is one command.
func BenchmarkCommands(b *testing.B) {
	for _, parallel := range []int{1, 8, 32} {
		for name, open := range map[string]func(*testing.B) store.Ledger{
			"sqlite": func(b *testing.B) store.Ledger {
				l, err := ledger.Open(b.Context(), ledger.Options{Path: b.TempDir()})
				if err != nil {
					b.Fatal(err)
				}
				return l
			},
			"postgres": func(b *testing.B) store.Ledger {
				return openLedger(b, claim(testkit.Postgres(b).NewDatabase(b), newSchema()))
			},
		} {
			b.Run(fmt.Sprintf("parallel=%d/%s", parallel, name), func(b *testing.B) {
				l := open(b)
				defer func() { _ = l.Close() }()
				b.ResetTimer()
				storetest.BenchmarkCommands(b, l, parallel)
			})
		}
	}
}
