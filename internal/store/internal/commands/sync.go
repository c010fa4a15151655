package commands

import (
	"fmt"
	"sync"

	"github.com/odoobridge/odoobridge/internal/store"
)

// durability knows which transactions are on disk, and who waits for that. The writer goes on while the disk syncs: a command
// that was claimed can be taken, and Odoo asked about it, before it is durable. Nothing is changed there before.
type durability struct {
	sync func() error
	work chan struct{} // somebody waits

	mu        sync.Mutex
	committed int64           // transactions, numbered from 1
	synced    int64           // so many of them are durable
	claims    map[int64]int64 // of claimed commands that are not durable, by their number: the transaction
	wanted    int64           // is to be durable, and whoever waits for it comes later
	waiting   []waiter
	failed    error // nothing can be known to be durable any more
}

// waiter is an operation that is done when a transaction is durable.
type waiter struct {
	transaction int64
	done        chan<- error
	refused     error
}

func newDurability(sync func() error) *durability {
	return &durability{sync: sync, work: make(chan struct{}, 1), claims: map[int64]int64{}}
}

// broken is why nothing is written any more; nil: it is.
func (d *durability) broken() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failed
}

// begin counts a transaction that is to be durable as soon as can be, and numbers it.
func (d *durability) begin() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.committed++
	d.wanted = d.committed
	d.wake()
	return d.committed
}

// wake has somebody sync.
func (d *durability) wake() {
	select {
	case d.work <- struct{}{}:
	default:
	}
}

// commit counts a transaction, and answers its operations now or when what they need is durable: that transaction, or the earlier one
// that says all there is to know of it.
func (d *durability) commit(group []*op, refused map[*op]error, earlier int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.committed++
	var done []*op
	for _, o := range group {
		if o.claimed != nil {
			for _, seq := range o.claimed() {
				d.claims[seq] = d.committed
			}
		}
		needs := int64(0)
		switch {
		case o.synced && earlier != 0:
			needs = earlier
		case o.synced:
			needs = d.committed
		case o.calls != 0:
			needs = d.claims[o.calls]
		}
		if needs <= d.synced {
			done = append(done, o)
			continue
		}
		d.waiting = append(d.waiting, waiter{needs, o.done, refused[o]})
	}
	if len(d.waiting) > 0 {
		d.wake()
	}
	// After the word to the disk, for what is made ready last runs first, and a goroutine that syncs keeps its processor from others.
	for _, o := range done {
		o.done <- refused[o]
	}
}

// run syncs whenever somebody waits, until work is closed and nobody waits.
func (d *durability) run() {
	for range d.work {
		d.settle()
	}
	d.settle()
}

// settle syncs until nobody waits.
func (d *durability) settle() {
	for {
		d.mu.Lock()
		upTo, waits := d.committed, len(d.waiting) > 0 || d.wanted > d.synced && d.failed == nil
		d.mu.Unlock()
		if !waits {
			return
		}
		d.answer(upTo, d.sync())
	}
}

// answer tells those who waited for what is durable now, or everybody that nothing is known any more: what the disk
// has refused to keep once may be gone though it syncs the next time.
func (d *durability) answer(upTo int64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil && d.failed == nil {
		d.failed = fmt.Errorf("%w: the disk may not have kept what was written: %w", store.ErrLost, err)
	}
	if d.failed == nil {
		d.synced = upTo
	}
	left := d.waiting[:0]
	for _, w := range d.waiting {
		switch {
		case d.failed != nil:
			w.done <- d.failed
		case w.transaction <= d.synced:
			w.done <- w.refused
		default:
			left = append(left, w)
		}
	}
	d.waiting = left
	for seq, transaction := range d.claims {
		if transaction <= d.synced {
			delete(d.claims, seq)
		}
	}
}
