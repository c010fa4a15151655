package inbound

import (
	"bytes"
	"context"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// weighing is a ledger that knows how much was to be claimed at once: all that the bridge has of a queue, when it takes its time.
type weighing struct {
	store.Ledger
	most  atomic.Int64
	began chan struct{} // closed by the first claim
	once  sync.Once
	on    chan struct{} // claims wait for it
}

func (w *weighing) Claim(ctx context.Context, commands ...*store.Command) ([]store.Claim, error) {
	w.once.Do(func() { close(w.began) })
	<-w.on
	var sum int64
	for _, c := range commands {
		sum += int64(len(c.Body))
	}
	w.most.Store(max(w.most.Load(), sum))
	return w.Ledger.Claim(ctx, commands...)
}

// Small commands let the broker send many at a time; large ones that follow, ever larger, must not take memory for it, nor come
// out of order. ODOOBRIDGE_TEST_LARGE says how many are large, 30 without it.
func TestLargeCommandsWaitAtTheBrokerAndNotInMemory(t *testing.T) {
	large, sizes := 30, []int{128 << 10, 512 << 10, 1<<20 - 8}
	if n, err := strconv.Atoi(os.Getenv("ODOOBRIDGE_TEST_LARGE")); err == nil {
		large = n
	}
	c := newCrowd(t, testkit.RabbitMQ(t))
	c.cfg.Commands.Prefetch = 200
	w := &weighing{Ledger: c.ledger, began: make(chan struct{}), on: make(chan struct{})}
	c.o.Ledger = w
	if err := declare(c.ch, c.cfg); err != nil {
		t.Fatal(err)
	}
	c.put(0, 1)
	for n := 1; n <= large; n++ {
		body, size := c.numbered(n), sizes[(n-1)*len(sizes)/large]
		c.send("customer.upsert", append(bytes.Repeat([]byte{' '}, size-len(body)), body...))
	}
	c.put(large+1, large+81)
	c.stored(large + 82)
	peak := watchHeap(t)
	c.runWith(c.o)
	<-w.began
	close(w.on)
	c.holds(large + 82)
	limit := int64(share(len(queuesOf(c.cfg))))
	if got := w.most.Load(); got > limit || got < int64(sizes[2]) {
		t.Errorf("%d bytes were in hand, the limit is %d", got, limit)
	}
	t.Logf("%d commands of up to 1 MiB: at most %d KiB in hand, limit %d KiB; heap grew by %d KiB", large, w.most.Load()>>10, limit>>10, peak()>>10)
}

// watchHeap measures by how much the heap grows from here.
func watchHeap(t *testing.T) (peak func() int64) {
	runtime.GC()
	heap := func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, most := heap(), atomic.Int64{}
	end := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			most.Store(max(most.Load(), heap()))
			select {
			case <-end:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	stop := sync.OnceFunc(func() { close(end); watching.Wait() })
	t.Cleanup(stop)
	return func() int64 { stop(); return most.Load() - before }
}
