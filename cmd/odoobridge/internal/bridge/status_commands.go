package bridge

import (
	"context"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// CommandStatus says how many of a channel's commands of one workload are not done.
type CommandStatus struct {
	Channel       string  `json:"channel"`
	Workload      string  `json:"workload"`
	Received      int64   `json:"received"` // to be carried out, or tried again
	Applying      int64   `json:"applying"`
	Waiting       int64   `json:"waiting"`        // for something that is not in Odoo yet
	Parked        int64   `json:"parked"`         // for a person
	OldestSeconds float64 `json:"oldest_seconds"` // of those that are not parked
}

// ResultStatus says how many answers wait until a queue takes them.
type ResultStatus struct {
	Channel       string  `json:"channel"` // "" for dead letters
	Count         int64   `json:"count"`
	OldestSeconds float64 `json:"oldest_seconds"`
}

// resultStatus is nil where nothing waits.
func (b *bridge) resultStatus(ctx context.Context) ([]ResultStatus, error) {
	if b.commands == nil {
		return nil, nil
	}
	waiting, err := b.commands.river.ResultsWaiting(ctx)
	if err != nil {
		return nil, err
	}
	var list []ResultStatus
	for _, w := range waiting {
		list = append(list, ResultStatus{Channel: w.Channel, Count: w.Count, OldestSeconds: time.Since(w.Oldest).Seconds()})
	}
	return list, nil
}

// commandStatus is nil where no channel may send commands.
func (b *bridge) commandStatus(ctx context.Context) ([]CommandStatus, error) {
	if b.commands == nil {
		return nil, nil
	}
	counts, err := b.commands.ledger.Counts(ctx)
	if err != nil {
		return nil, err
	}
	return summed(counts, time.Now()), nil
}

// summed puts the counts of a channel's workload together, in their order.
func summed(counts []store.CommandCount, now time.Time) []CommandStatus {
	list := []CommandStatus{}
	for _, c := range counts {
		if n := len(list); n == 0 || list[n-1].Channel != c.Channel || list[n-1].Workload != c.Workload {
			list = append(list, CommandStatus{Channel: c.Channel, Workload: c.Workload})
		}
		s := &list[len(list)-1]
		switch c.State {
		case store.CommandReceived:
			s.Received += c.Count
		case store.CommandApplying:
			s.Applying += c.Count
		case store.CommandWaiting:
			s.Waiting += c.Count
		case store.CommandParked:
			s.Parked += c.Count
			continue
		}
		s.OldestSeconds = max(s.OldestSeconds, now.Sub(c.Oldest).Seconds())
	}
	return list
}
