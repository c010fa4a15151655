package commands

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// offers are workers that wait for something to take. What a claim brings is taken in the claim's own transaction:
// a command by itself needs none of its own for that, and its worker has it while the disk syncs both.
type offers struct {
	mu      sync.Mutex
	waiting map[string]*op  // by workload
	missed  map[string]bool // workloads of which something was claimed while nobody waited, and nobody has looked since
}

func newOffers() offers { return offers{waiting: map[string]*op{}, missed: map[string]bool{}} }

// looked says that somebody looks for all that is claimed until now.
func (o *offers) looked(workload string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.missed, workload)
}

// wait has an operation done with the next claim of the workload, unless there was one that it would miss.
func (o *offers) wait(workload string, take *op) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.missed[workload] || o.waiting[workload] != nil {
		return false
	}
	o.waiting[workload] = take
	return true
}

// withdraw takes an operation back, unless somebody has begun with it.
func (o *offers) withdraw(workload string, take *op) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.waiting[workload] != take {
		return false
	}
	delete(o.waiting, workload)
	return true
}

// answered are the operations that are to be done with a group, for what it claims.
func (o *offers) answered(group []*op) (takes []*op) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, workload := range arrived(group) {
		take := o.waiting[workload]
		if take == nil {
			o.missed[workload] = true
			continue
		}
		delete(o.waiting, workload)
		takes = append(takes, take)
	}
	return takes
}

// arrived are the workloads of what a group claims.
func arrived(group []*op) (workloads []string) {
	for _, o := range group {
		for _, workload := range o.arrived {
			if !slices.Contains(workloads, workload) {
				workloads = append(workloads, workload)
			}
		}
	}
	return workloads
}

// TakeNext implements store.Ledger.
func (l *Ledger) TakeNext(ctx context.Context, workload string, n int, now func() time.Time, wake <-chan struct{}) ([]store.Taken, error) {
	t := &taking{workload: workload, n: n}
	o := &op{step: t.begin(now), takes: true, done: make(chan error, 1)}
	if !l.offers.wait(workload, o) {
		return l.Take(context.WithoutCancel(ctx), workload, n, now()) // what is taken is not forgotten
	}
	var closed error
	select {
	case err := <-o.done:
		return t.result(err)
	case <-l.done:
		closed = store.ErrClosed
	case <-wake:
	case <-ctx.Done():
	}
	if l.offers.withdraw(workload, o) {
		return t.result(closed)
	}
	return t.result(<-o.done)
}
