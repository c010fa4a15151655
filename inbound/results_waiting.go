package inbound

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

// ResultsWaiting is how many results of a channel no queue has taken yet.
type ResultsWaiting struct {
	Channel string // "" for dead letters
	Count   int64
	Oldest  time.Time // when the oldest was written; of dead letters, when it was seen to wait first
}

// firstSeen is when a result was seen to wait. Dead letters are bytes that somebody sent, and have no time of their own.
type firstSeen struct {
	number int64
	at     time.Time
}

// ResultsWaiting says which results are not sent yet. There are some for moments whenever commands are answered.
func (i *Inbound) ResultsWaiting(ctx context.Context) ([]ResultsWaiting, error) {
	counts, err := i.ledger.Outbox(ctx)
	if err != nil {
		return nil, err
	}
	var list []ResultsWaiting
	for _, c := range counts { // sorted by routing key, and so by channel
		channel, _, _ := strings.Cut(c.RoutingKey, ".")
		oldest, err := i.writtenAt(ctx, c.Oldest, c.RoutingKey == "")
		if err != nil {
			return nil, err
		}
		n := len(list)
		if n == 0 || list[n-1].Channel != channel {
			list = append(list, ResultsWaiting{Channel: channel, Count: c.Count, Oldest: oldest})
			continue
		}
		list[n-1].Count += c.Count
		if oldest.Before(list[n-1].Oldest) {
			list[n-1].Oldest = oldest
		}
	}
	return list, nil
}

// writtenAt is when a result was written, or now when it was sent meanwhile.
func (i *Inbound) writtenAt(ctx context.Context, number int64, dead bool) (time.Time, error) {
	now := i.now()
	if dead {
		seen := i.deadSeen.Load()
		if seen == nil || seen.number != number {
			seen = &firstSeen{number, now}
			i.deadSeen.Store(seen)
		}
		return seen.at, nil
	}
	list, err := i.ledger.Unsent(ctx, number-1, 1)
	if err != nil || len(list) == 0 || list[0].Number != number {
		return now, err
	}
	var e struct{ Time time.Time }
	if json.Unmarshal(list[0].Body, &e) != nil || e.Time.IsZero() {
		return now, nil
	}
	return e.Time, nil
}
