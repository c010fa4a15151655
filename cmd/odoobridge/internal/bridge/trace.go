package bridge

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/trace"
	"github.com/odoobridge/odoobridge/internal/control"
	"github.com/odoobridge/odoobridge/router/jobs"
	"github.com/odoobridge/odoobridge/router/lane"
)

// ControlTrace asks for a trace: trace.Request → trace.Trace.
const ControlTrace = "trace"

// handleTrace lets verbs ask what happened to a thing.
func (b *bridge) handleTrace() {
	handle(b, ControlTrace, func(ctx context.Context, _ *control.Request, q trace.Request) (any, error) {
		src, err := b.traceSources(ctx)
		if err != nil {
			return nil, err
		}
		return trace.Run(ctx, src, q)
	})
}

func (b *bridge) traceSources(ctx context.Context) (*trace.Sources, error) {
	checkpoint := b.documented() // before the documents are read: they may only be newer
	cursors, err := b.store.Cursors(ctx)
	if err != nil {
		return nil, err
	}
	src := &trace.Sources{Store: b.store, Checkpoint: checkpoint, Now: time.Now().UTC()}
	if src.Lanes, err = trace.LanesOf(b.specs, cursors); err != nil {
		return nil, err
	}
	if src.Jobs, err = jobs.In(cursors); err != nil {
		return nil, err
	}
	if src.Parked, err = jobs.ParkedIn(cursors); err != nil {
		return nil, err
	}
	if src.Readings, err = trace.ReadingsIn(ctx, b.store); err != nil {
		return nil, err
	}
	b.mu.Lock()
	src.Poisoned = b.router.Poisoned()
	b.mu.Unlock()
	for _, s := range b.lanes.Status() {
		for i := range src.Lanes {
			if l := &src.Lanes[i]; l.Spec.Channel == s.Channel && l.Spec.Name == s.Lane {
				l.Note = notGettingOn(&s)
			}
		}
	}
	if b.commands != nil {
		src.Commands, src.Channels = b.commands.ledger, trace.ChannelsOf(b.cfg)
	}
	return src, nil
}

// notGettingOn says why a lane has not delivered yet.
func notGettingOn(s *lane.Status) string {
	switch {
	case s.Err != nil && (s.State == lane.Blocked || s.State == lane.Stopped):
		return fmt.Sprintf("%s: %v", s.State, s.Err)
	case !s.NextFlush.IsZero():
		return "until " + s.NextFlush.UTC().Format(time.DateTime)
	}
	return ""
}
