package inbound

import (
	"context"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// worker carries out a workload's commands, so many at a time. The ledger hands
// out only what no other holds back, so that workers need know nothing of one another.
type worker struct {
	*Inbound
	workload string
	ctx      context.Context // after which nothing is begun
	applying context.Context // what commands are executed in: it ends later
	slots    chan struct{}   // one for each command that is being carried out
	running  sync.WaitGroup
	resting  time.Time // since when nothing was due; zero: something is
}

// work carries out a workload's commands until ctx ends.
func (i *Inbound) work(ctx, applying context.Context, workload string) error {
	w := &worker{Inbound: i, workload: workload, ctx: ctx, applying: applying, slots: make(chan struct{}, max(1, i.config().Commands.Workers)), resting: i.now()}
	defer w.running.Wait()
	for ctx.Err() == nil {
		select {
		case w.slots <- struct{}{}:
			<-w.slots // one is free: only this goroutine fills them
		case <-ctx.Done():
			return nil
		}
		w.await()
		if err := w.round(); err != nil {
			return notEnded(ctx, err)
		}
	}
	return nil
}

// round takes what is due, as much as there are slots and room for, and rests if that is all.
func (w *worker) round() error {
	free := w.free()
	if free == 0 {
		return nil // another workload was quicker, or the end has come
	}
	taken, err := w.take(func() ([]store.Taken, error) { return w.ledger.Take(w.ctx, w.workload, free, w.now()) })
	if err != nil {
		return err
	}
	w.begin(taken)
	if len(taken) == free || isLot(taken) {
		w.resting = time.Time{}
		return nil
	}
	w.resting = w.now()
	return w.rest(len(taken) == 0)
}

// free is how many commands may be taken.
func (w *worker) free() int {
	if !w.room() {
		return 0
	}
	return cap(w.slots) - len(w.slots)
}

// room says whether there is memory for more. There is for a workload that carries out nothing: another one's large commands do not
// stop it.
func (w *worker) room() bool { return len(w.slots) == 0 || w.bodies.room() }

// await waits for room, or the end.
func (w *worker) await() {
	for {
		less := w.bodies.less()
		if w.room() {
			return
		}
		w.resting = time.Time{}
		select {
		case <-less:
		case <-w.ctx.Done():
			return
		}
	}
}

func (w *worker) take(from func() ([]store.Taken, error)) (taken []store.Taken, err error) {
	err = w.persist(w.ctx, func() (err error) { taken, err = from(); return err })
	return taken, err
}

// begin carries out what was taken. There are slots for it.
func (w *worker) begin(taken []store.Taken) {
	for _, t := range taken {
		w.slots <- struct{}{}
		since := w.now()
		if !w.resting.IsZero() && t.Received.After(w.resting) {
			since = t.Received // nothing but the bridge kept it waiting
		}
		size := bytesOf(t)
		w.bodies.take(size)
		w.running.Go(func() {
			w.carryOut(w.ctx, w.applying, t, since)
			<-w.slots
			w.bodies.give(size)
			w.nudge()
		})
	}
}

// rest waits until something is due, and carries out what is claimed meanwhile and due at once. Looking costs less than taking, and
// the end of any command may have made anything due. vain says that what was due a moment ago could not be taken.
func (w *worker) rest(vain bool) error {
	for w.ctx.Err() == nil && w.free() > 0 {
		wait := time.Minute
		if due, err := w.ledger.NextDue(w.ctx, w.workload); err == nil && !due.IsZero() {
			wait = min(wait, due.Sub(w.now()))
		}
		if vain {
			wait = max(wait, 5*time.Millisecond)
		}
		if wait <= 0 {
			return nil
		}
		if err := w.follow(wait); err != nil {
			return err
		}
		vain = false
	}
	return nil
}

// follow carries out what is claimed, until it is to be looked for other commands: for so long, or until one of whichever workload has
// ended.
func (w *worker) follow(wait time.Duration) error {
	ctx, cancel := context.WithTimeout(w.ctx, wait)
	defer cancel()
	for {
		free := w.free()
		if free == 0 {
			return nil
		}
		taken, err := w.take(func() ([]store.Taken, error) {
			return w.ledger.TakeNext(ctx, w.workload, free, w.now, w.nudges[w.workload])
		})
		if err != nil || len(taken) == 0 {
			return err
		}
		w.begin(taken)
		if isLot(taken) {
			return nil // the claim may have brought more
		}
	}
}
