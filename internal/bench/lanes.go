package main

import (
	"context"
	"errors"
	"fmt"
)

// laneCounts are how many lanes a bridge has in turn.
var laneCounts = []int{1, 10, 100}

// measureLanes takes what lanes cost: all of them hearing everything, and one
// hearing everything while the others' filters let nothing through.
func measureLanes(ctx context.Context, l *lab) (s *section, err error) {
	db, quants, err := l.quantDatabase(ctx, "bench_lanes")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.drop(context.WithoutCancel(ctx), l)) }()
	t := table{head: []string{"lanes", "", "events", "deliveries a second", "events a second", "CPU µs: a delivery", "an event", "peak RSS"}}
	for _, count := range laneCounts {
		for _, all := range []bool{true, false} {
			if count == 1 && !all {
				continue
			}
			if err := l.laneRow(ctx, db, quants, count, all, &t); err != nil {
				return nil, err
			}
		}
	}
	return &section{
		title: "Lanes",
		intro: "A backlog of single-row stock_quant transactions, instant lanes on stock_level with a quorum queue and a consumer each. With many listening, the backlog is shorter, " +
			"so that all tables see about as many deliveries. min / **median** / max of " + l.roundsText() + ".",
		tables: []table{t},
		notes: []string{
			"A lane that lets nothing through still reads every event from the journal's tail in memory and moves its cursor.",
			"The rate of deliveries is bounded by the broker and its consumers on the same two cores, not by the number of lanes.",
		},
	}, nil
}

// laneRow measures one number of lanes.
func (l *lab) laneRow(ctx context.Context, db *database, quants, count int, all bool, t *table) error {
	what, listening := "all listen to everything", count
	if !all {
		what, listening = "one listens, the others' filters match nothing", 1
	}
	n := l.scaled(backlog) / listening
	n = max(n-n%writers, writers*100)
	var lanes []string
	var shares []share
	for i := range count {
		name := fmt.Sprintf("lane%d", i)
		where := ""
		if i >= listening {
			where = ", where: {warehouse: [nowhere]}"
		} else {
			shares = append(shares, share{"channel." + laneChannel + "." + name, n})
		}
		lanes = append(lanes, fmt.Sprintf("%s: {entities: [stock_level], pace: instant%s}", name, where))
	}
	b, err := l.newBridge(ctx, db, fmt.Sprintf("lanes_%d_%t", count, all), bridgeOptions{lanes: lanes})
	if err != nil {
		return err
	}
	if err := b.initialise(ctx); err != nil {
		return err
	}
	results, err := l.compete(ctx, func(int) error { return db.singles(ctx, quants, n) }, []contestant{
		{what, func(ctx context.Context) (result, error) { return l.deliverAll(ctx, db, b.slot, shares, b.start) }},
	}, func() error { return nil })
	if err != nil {
		return err
	}
	rows := results[what]
	events := make(series, len(rows))
	for i, r := range rows {
		events[i] = r.rate / float64(listening)
	}
	t.add(fmt.Sprint(count), what, fmt.Sprint(n), spread(rates(rows), thousands), spread(events, thousands),
		micros(rows, partyContestant, n*listening), micros(rows, partyContestant, n), peak(rows))
	for i := range count {
		if err := l.deleteQueue(fmt.Sprintf("channel.%s.lane%d", laneChannel, i)); err != nil {
			return err
		}
	}
	return db.dropSlot(ctx, b.slot)
}
