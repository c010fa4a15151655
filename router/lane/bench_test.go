package lane

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
)

// benchJournal yields the same few thousand events again and again, with their own numbers.
type benchJournal struct {
	events []store.Event
	last   int64
}

func newBenchJournal(n int) *benchJournal {
	j := &benchJournal{last: int64(n)}
	for i := range 4096 {
		j.events = append(j.events, store.Event{
			Timeline: 1, LSN: 0x1A2B3C8, Ordinal: 1, XID: 91234, Time: time.Now(), Entity: "stock_level", What: "changed",
			Key: store.Key{int64(i), 1}, Subject: fmt.Sprintf("stock_level/%d/1", i), Revision: 7, Company: 1, Origin: "shop",
			Body: fmt.Appendf(nil, `{"product_id":%d,"sku":"FURN_%04d","barcode":"601647855633","uom":"Units","warehouse_id":1,"warehouse":"WH","warehouse_name":"My Company",`+
				`"company_id":1,"on_hand":"500","reserved":"12","available":"488","incoming":"0","outgoing":"12","forecast":"488","safe":"488"}`, i, i),
			Changed: []string{"reserved", "available"}, Before: []byte(`{"reserved":"11","available":"489"}`),
		})
	}
	return j
}

func (j *benchJournal) Read(_ context.Context, after int64, limit int, yield func(*store.Event) bool) error {
	for seq := after + 1; seq <= j.last && limit > 0; seq, limit = seq+1, limit-1 {
		e := j.events[seq%int64(len(j.events))]
		e.Seq = seq
		if !yield(&e) {
			return nil
		}
	}
	return nil
}

func (j *benchJournal) Wait(ctx context.Context, after int64) error {
	if after < j.last {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func (j *benchJournal) Bounds() (first, last int64) { return 1, j.last }

// benchPublisher acks in another goroutine, a window behind.
type benchPublisher struct {
	window chan *message.Message
	done   sync.WaitGroup
}

func newBenchPublisher() *benchPublisher {
	p := &benchPublisher{window: make(chan *message.Message, 1024)}
	p.done.Go(func() {
		for m := range p.window {
			m.Ack()
		}
	})
	return p
}

func (p *benchPublisher) Publish(_ string, msgs ...*message.Message) error {
	for _, m := range msgs {
		p.window <- m
	}
	return nil
}

func (p *benchPublisher) Close() error {
	close(p.window)
	p.done.Wait()
	return nil
}

// cpuTime is what the process has used of all processors: the figure that does
// not depend on what else the machine does.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLane is what one event costs one lane, AMQP left out.
func BenchmarkLane(b *testing.B) {
	where := map[string][]string{"warehouse": {"WH"}}
	for name, spec := range map[string]Spec{
		"instant":   {},
		"where":     {Where: where, Fields: []string{"sku", "warehouse", "available"}},
		"conflated": {Where: where, Pace: config.Pace{Conflate: 100 * time.Millisecond}},
		"unmatched": {Where: map[string][]string{"warehouse": {"CHIC1"}}},
		"filtered":  {Entities: []string{"order"}},
		"firehose":  {Firehose: true},
	} {
		b.Run(name, func(b *testing.B) {
			if spec.Entities == nil {
				spec.Entities = []string{"order", "shipment", "stock_level"}
			}
			spec.Channel, spec.Name = "c", "l"
			cursors := newFakeStore()
			cursors.cursors["c/l"] = store.Cursor{Lane: "c/l", Seq: 0}
			set, err := NewSet([]Spec{spec}, Options{
				Source: "odoo/4f7c2f9e-0a49-4c5e-9a3c-0c4be6a1b5a7", Journal: newBenchJournal(b.N), Cursors: cursors,
				Publisher: func(Spec) (message.Publisher, error) { return newBenchPublisher(), nil },
			})
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(b.Context())
			done := make(chan error, 1)
			b.ReportAllocs()
			b.ResetTimer()
			before := cpuTime(b)
			go func() { done <- set.Run(ctx) }()
			for set.MinCursor() < int64(b.N) {
				time.Sleep(time.Millisecond)
			}
			b.StopTimer()
			b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
			cancel()
			if err := <-done; err != nil {
				b.Fatal(err)
			}
		})
	}
}
