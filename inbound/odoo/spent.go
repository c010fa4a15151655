package odoo

import (
	"context"
	"sync/atomic"
	"time"
)

type spentKey struct{}

// Counted is a context whose calls are timed, each from when it wants its turn among the others to its answer. spent sums
// them up.
func Counted(ctx context.Context) (counted context.Context, spent func() time.Duration) {
	sum := new(atomic.Int64)
	return context.WithValue(ctx, spentKey{}, sum), func() time.Duration { return time.Duration(sum.Load()) }
}

func count(ctx context.Context, took time.Duration) {
	if sum, ok := ctx.Value(spentKey{}).(*atomic.Int64); ok {
		sum.Add(int64(took))
	}
}
