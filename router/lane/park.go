package lane

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/odoobridge/odoobridge/schema"
)

// Parked is a delivery that the broker can never take. It is put aside, so that
// its neighbours pass.
type Parked struct {
	Channel  string    `json:"channel"`
	Lane     string    `json:"lane"`
	Entry    int64     `json:"entry"` // the newest journal entry it stands for; 0: a document of the initial load
	Event    string    `json:"event"` // id of the message
	Type     string    `json:"type"`
	Entity   string    `json:"entity"`
	Key      string    `json:"key"`
	Revision string    `json:"revision"`
	Bytes    int       `json:"bytes"`
	Code     string    `json:"code"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
}

// ParkFunc keeps a parked delivery durably. Only when it has, does the lane's
// cursor pass it.
type ParkFunc func(ctx context.Context, p Parked) error

// hopeless is an error of a publisher that says which message will never pass.
type hopeless interface {
	error
	Permanent() bool
	MessageID() string
	Code() string
}

// poison finds the delivery that a failure names as one that will never pass.
func (f *flight) poison(failure error) (d delivery, why hopeless, found bool) {
	if !errors.As(failure, &why) || !why.Permanent() {
		return d, nil, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.n {
		if d := f.ring[(f.head+i)%len(f.ring)]; d.msg.UUID == why.MessageID() {
			return d, why, true
		}
	}
	return d, nil, false
}

// drop takes a delivery out of the flight; those behind it move up.
func (f *flight) drop(d delivery) {
	f.mu.Lock()
	defer f.mu.Unlock()
	place := 0
	for place < f.n && f.ring[(f.head+place)%len(f.ring)].msg != d.msg {
		place++
	}
	if place == f.n {
		return
	}
	for i := place; i < f.n-1; i++ {
		f.ring[(f.head+i)%len(f.ring)] = f.ring[(f.head+i+1)%len(f.ring)]
	}
	f.n--
	f.ring[(f.head+f.n)%len(f.ring)] = delivery{}
	f.bytes -= d.payload
	if d.first == 0 && d.extra == nil && f.load != nil && place == 0 {
		f.load.progress = d.after
	}
	if f.n == 0 {
		poke(f.settled)
	}
}

// park puts a delivery aside that will never pass, and reports whether it has.
func (l *lane) park(ctx context.Context, d delivery, why hopeless) bool {
	if d.extra == nil {
		if l.opts.Park == nil {
			return false
		}
		if err := l.opts.Park(ctx, l.parked(d, why)); err != nil {
			l.blame(&l.blocked, fmt.Errorf("keep what the broker can never take (%w): %w", why, err))
			return false
		}
		l.meter.Parked()
		l.log.Error("a delivery is parked: the broker can never take it", slog.String("event", d.msg.UUID),
			slog.String("reason", why.Error()), slog.String("remedy", "odoobridge parked list"))
	}
	l.flight.drop(d)
	if d.extra != nil {
		d.extra.refuse(d.place, why)
	}
	l.dirty()
	return true
}

func (l *lane) parked(d delivery, why hopeless) Parked {
	h := d.msg.Metadata
	return Parked{
		Channel: l.spec.Channel, Lane: l.spec.Name, Entry: d.last, Event: d.msg.UUID, Type: h[schema.MetadataType],
		Entity: h[schema.HeaderEntity], Key: h[schema.HeaderKey], Revision: h[schema.HeaderRevision],
		Bytes: len(d.msg.Payload), Code: why.Code(), Reason: why.Error(), At: l.opts.Clock.Now().UTC(),
	}
}
