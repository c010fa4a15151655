package inflight

import (
	"context"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Ledger is the ledger as the inbound river uses it, so that the Tracker hears of what becomes durable in it.
func (t *Tracker) Ledger() store.Ledger { return &followed{t.ledger, t} }

type followed struct {
	store.Ledger
	t *Tracker
}

// Claim hears of orders that were accepted.
func (l *followed) Claim(ctx context.Context, commands ...*store.Command) ([]store.Claim, error) {
	claims, err := l.Ledger.Claim(ctx, commands...)
	if err != nil {
		return nil, err
	}
	l.t.mu.Lock()
	defer l.t.mu.Unlock()
	for n, claim := range claims {
		if claim.First == nil && commands[n].Name == orderPlace {
			l.t.claimed(commands[n], claim.Seq)
		}
	}
	return claims, nil
}

// claimed takes up a new command. A worker may have been quicker. Caller holds mu.
func (t *Tracker) claimed(from *store.Command, seq int64) {
	if _, done := t.early[seq]; done {
		delete(t.early, seq)
		return
	}
	if c := t.commands[seq]; c != nil {
		c.early = false
		return
	}
	claimed := *from
	claimed.Seq, claimed.State = seq, store.CommandReceived
	t.take(&claimed, false)
}

// Take hears of orders that are carried out: parked ones that were woken, too.
func (l *followed) Take(ctx context.Context, workload string, n int, now time.Time) ([]store.Taken, error) {
	taken, err := l.Ledger.Take(ctx, workload, n, now)
	l.took(taken)
	return taken, err
}

// TakeNext hears of them as Take does.
func (l *followed) TakeNext(ctx context.Context, workload string, n int, now func() time.Time, wake <-chan struct{}) ([]store.Taken, error) {
	taken, err := l.Ledger.TakeNext(ctx, workload, n, now, wake)
	l.took(taken)
	return taken, err
}

func (l *followed) took(taken []store.Taken) {
	l.t.mu.Lock()
	defer l.t.mu.Unlock()
	for i := range taken {
		if taken[i].Name != orderPlace {
			continue
		}
		if c := l.t.commands[taken[i].Seq]; c != nil {
			c.state = store.CommandApplying
			l.t.weigh(c.order.ExternalID)
		} else if taken[i].First == nil {
			l.t.take(&taken[i].Command, true)
		}
	}
}

// Settle hears what became of an order's command.
func (l *followed) Settle(ctx context.Context, s *store.Settlement) error {
	if err := l.Ledger.Settle(ctx, s); err != nil {
		return err
	}
	l.t.mu.Lock()
	defer l.t.mu.Unlock()
	if c := l.t.commands[s.Seq]; c != nil {
		l.t.became(c, s.State, s.Now)
	}
	return nil
}

// Decide hears what a person made of an order's command.
func (l *followed) Decide(ctx context.Context, d *store.Decision) (store.Command, error) {
	decided, err := l.Ledger.Decide(ctx, d)
	if err != nil {
		return decided, err
	}
	l.t.mu.Lock()
	defer l.t.mu.Unlock()
	c := l.t.commands[decided.Seq]
	if c == nil {
		return decided, nil
	}
	if order, ok := l.t.orderOf(&decided); ok && d.Edited != nil {
		c = l.t.edited(c, order)
	}
	l.t.became(c, d.State, d.Now)
	return decided, nil
}

// edited takes another order for a command's. Caller holds mu.
func (t *Tracker) edited(c *command, order Order) *command {
	was := *c
	t.forget(c)
	again := &command{seq: was.seq, order: order, state: was.state, settled: was.settled}
	delete(t.early, was.seq)
	t.commands[was.seq] = again
	t.orders[order.ExternalID] = append(t.orders[order.ExternalID], again)
	t.sort(order.ExternalID)
	t.weigh(was.order.ExternalID)
	return again
}

// became moves a command to another state. Caller holds mu.
func (t *Tracker) became(c *command, state store.CommandState, now time.Time) {
	c.state, c.settled = state, now
	if state.Done() && !t.counts(c) {
		t.forget(c)
	}
	t.weigh(c.order.ExternalID)
}
