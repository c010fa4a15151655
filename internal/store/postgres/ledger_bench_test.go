package postgres

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// ledgersToCompare are the ledgers, both of which sync what must be durable, and the one in PostgreSQL also over a network of half a millisecond
// both ways.
func ledgersToCompare() map[string]func(*testing.B) store.Ledger {
	return map[string]func(*testing.B) store.Ledger{
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
		"postgres 0.5 ms away": func(b *testing.B) store.Ledger {
			u, err := url.Parse(testkit.Postgres(b).NewDatabase(b))
			if err != nil {
				b.Fatal(err)
			}
			proxy := testkit.Proxy(b, u.Host)
			proxy.Delay(250 * time.Microsecond)
			u.Host = proxy.Addr()
			return openLedger(b, claim(u.String(), newSchema()))
		},
	}
}

// BenchmarkCommands compares the ledgers, side by side in one run. An operation is one command.
func BenchmarkCommands(b *testing.B) {
	for _, parallel := range []int{1, 8, 32} {
		for name, open := range ledgersToCompare() {
			b.Run(fmt.Sprintf("parallel=%d/%s", parallel, name), func(b *testing.B) {
				l := open(b)
				defer func() { _ = l.Close() }()
				b.ResetTimer()
				storetest.BenchmarkCommands(b, l, parallel)
			})
		}
	}
}

// BenchmarkBurst claims commands that nobody takes: -benchtime 50000x.
func BenchmarkBurst(b *testing.B) {
	for name, open := range ledgersToCompare() {
		b.Run(name, func(b *testing.B) {
			l := open(b)
			defer func() { _ = l.Close() }()
			b.ResetTimer()
			storetest.BenchmarkBurst(b, l, 256)
		})
	}
}
