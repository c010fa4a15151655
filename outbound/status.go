package outbound

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/internal/broker"
)

// Status is how a publisher is doing.
type Status struct {
	Name        string
	Connected   bool
	Blocked     bool // an alarm: the broker takes no messages for now
	Reason      error
	Unconfirmed int
	Returned    uint64 // messages that no queue took
}

// Status may be asked for at any time.
func (p *Publisher) Status() Status {
	state, _ := p.link.get()
	s := Status{
		Name: p.name, Connected: state.conn != nil, Blocked: state.blocked,
		Reason: p.Reason(), Returned: p.returned.Load(),
	}
	if state.err != nil {
		s.Reason = state.err
	}
	if session := p.session.Load(); session != nil {
		s.Unconfirmed = session.window.count()
	}
	return s
}

// Status lists the publishers that are not closed, by name.
func (b *Broker) Status() []Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Status, 0, len(b.publishers))
	for p := range b.publishers {
		all = append(all, p.Status())
	}
	slices.SortFunc(all, func(a, b Status) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Connected reports whether every publisher has a connection.
func (b *Broker) Connected() bool {
	return !slices.ContainsFunc(b.Status(), func(s Status) bool { return !s.Connected })
}

// Blocked reports whether the broker has blocked any connection.
func (b *Broker) Blocked() bool {
	return slices.ContainsFunc(b.Status(), func(s Status) bool { return s.Blocked })
}

// Ready is nil when every publisher can publish, and the first reason when not. A reason why the broker is not to be had at all
// is nobody's own, and goes without a name.
func (b *Broker) Ready() error {
	for _, s := range b.Status() {
		switch {
		case s.Reason != nil && broker.WasTold(s.Reason):
			return s.Reason
		case s.Reason != nil:
			return fmt.Errorf("%s: %w", s.Name, s.Reason)
		}
	}
	return nil
}
