package inbound

import (
	"bytes"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
)

// headStarts are commands that are begun while they are claimed, so that Odoo is asked what is to be known of them while the ledger
// writes. It is done for a command that comes by itself while none is carried out, and is nothing but reading: the first note
// waits until the command is taken. What was read counts only if nothing has changed that may have changed it in between.
type headStarts struct {
	allowed bool
	within  context.Context // what they are executed in
	changes atomic.Int64    // counts what commands have done to Odoo, and what came that some wait for

	mu      sync.Mutex
	pending map[commandID]*headStart
}

type commandID struct{ channel, id string }

// headStart is one of them.
type headStart struct {
	command store.Command // as it will be taken
	changes int64         // when it began
	end     context.CancelFunc
	taken   chan struct{} // closed when the ledger has it, and it is ours
	seq     int64         // then
	running sync.WaitGroup
	did     execution // once it does not run any more
}

// execution is what became of one.
type execution struct {
	outcome command.Outcome
	called  bool // Odoo may be at work for it
	err     error
}

// headStart begins with a command that is about to be claimed. drop ends that, unless it was taken.
func (i *Inbound) headStart(commands []*store.Command, from []*message.Message) (drop func()) {
	s := &i.starts
	if !s.allowed || len(commands) != 1 || from[0].Metadata[metaRedelivered] != "" {
		return func() {}
	}
	changes := s.changes.Load()
	id := commandID{commands[0].Channel, commands[0].ID}
	h := &headStart{command: *commands[0], changes: changes, taken: make(chan struct{})}
	if !i.come.quiet() || !s.add(id, h) {
		return func() {}
	}
	// As the ledger gives it out.
	h.command.Attempts = 1
	if !h.command.Time.IsZero() {
		h.command.Time = time.UnixMicro(h.command.Time.UnixMicro()).UTC()
	}
	ctx, cancel := context.WithCancel(s.within)
	h.end = cancel
	h.running.Go(func() { h.did = i.run(ctx, &h.command, h.wait, func() int64 { return h.seq }) })
	runtime.Gosched() // so that it is under way before the ledger is at work
	return func() {
		if s.remove(id, h) {
			h.stop()
		}
	}
}

// wait returns when the command is taken.
func (h *headStart) wait(ctx context.Context) error {
	select {
	case <-h.taken:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *headStart) stop() {
	h.end()
	h.running.Wait()
}

// started is what became of a command that was taken and had a head start; false where it had none that counts.
func (i *Inbound) started(t *store.Taken) (did execution, found bool) {
	id := commandID{t.Channel, t.ID}
	h := i.starts.pendingOf(id)
	if h == nil || !i.starts.remove(id, h) {
		return did, false
	}
	defer h.stop()
	// From here on Wake knows that the command is carried out.
	if h.changes != i.starts.changes.Load() || !h.same(t) {
		return did, false
	}
	h.seq = t.Seq
	close(h.taken)
	h.running.Wait()
	return h.did, true
}

// same says whether a command is as it was begun with.
func (h *headStart) same(t *store.Taken) bool {
	c := &h.command
	return t.Attempts == 1 && t.Edited == nil && len(t.Notes) == 0 && len(t.Outcome) == 0 && bytes.Equal(t.Body, c.Body) && t.Name == c.Name && t.Subject == c.Subject &&
		t.Time.Equal(c.Time) && t.BasedOn == c.BasedOn
}

func (s *headStarts) add(id commandID, h *headStart) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == nil {
		s.pending = map[commandID]*headStart{}
	}
	if len(s.pending) > 0 {
		return false
	}
	s.pending[id] = h
	return true
}

func (s *headStarts) pendingOf(id commandID) *headStart {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending[id]
}

// remove says whether it was still there: whoever removes it ends it.
func (s *headStarts) remove(id commandID, h *headStart) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending[id] != h {
		return false
	}
	delete(s.pending, id)
	return true
}
