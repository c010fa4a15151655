package ledger

import (
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// BenchmarkClaimTakeSettle is a command's way through the ledger, by itself and under load.
func BenchmarkClaimTakeSettle(b *testing.B) {
	for _, parallel := range []int{1, 32} {
		b.Run(fmt.Sprintf("%d at a time", parallel), func(b *testing.B) {
			l := open(b, b.TempDir())
			defer closeIt(b, l)
			storetest.BenchmarkCommands(b, l, parallel)
		})
	}
}
