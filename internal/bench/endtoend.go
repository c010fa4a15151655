package main

import (
	"context"
	"errors"
	"fmt"
)

// measureEndToEnd takes the way from the log to a consumer, beside its limits.
func measureEndToEnd(ctx context.Context, l *lab) (s *section, err error) {
	db, quants, err := l.quantDatabase(ctx, "bench_end_to_end")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.drop(context.WithoutCancel(ctx), l)) }()
	quiet, err := l.newBridge(ctx, db, "e2e_lane", bridgeOptions{lane: true})
	if err != nil {
		return nil, err
	}
	firehose, err := l.newBridge(ctx, db, "e2e_firehose", bridgeOptions{lane: true, firehose: true})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(quiet.initialise(ctx), firehose.initialise(ctx)); err != nil {
		return nil, err
	}
	n := l.evenly(backlog)
	const pass, passQueue, rawQueue = "e2e_pass", "bench.pass", "bench.raw"
	prepare := func(int) error {
		if err := errors.Join(db.newSlot(ctx, pass), l.emptyQueue(passQueue), l.emptyQueue(laneQueue)); err != nil {
			return err
		}
		if err := db.singles(ctx, quants, n); err != nil {
			return err
		}
		_, err := db.end(ctx)
		return err
	}
	bridged := func(b *bridge) func(context.Context) (result, error) {
		return func(ctx context.Context) (result, error) { return l.deliver(ctx, db, b.slot, laneQueue, n, b.start) }
	}
	const bridgeName, firehoseName, passName = "odoobridge, one lane", "odoobridge, one lane and odoo.events", "bare pass-through"
	const rawName, readName = "raw confirmed publish, nobody reading", "raw confirmed publish, consumer attached"
	results, err := l.compete(ctx, prepare, []contestant{
		{bridgeName, bridged(quiet)},
		{rawName, func(ctx context.Context) (result, error) { return l.rawPublish(ctx, rawQueue, n, false) }},
		{passName, func(ctx context.Context) (result, error) {
			return l.deliver(ctx, db, pass, passQueue, n, func() (*process, error) { return l.startPassThrough(db.dsn, pass, passQueue) })
		}},
		{firehoseName, bridged(firehose)},
		{readName, func(ctx context.Context) (result, error) { return l.rawPublish(ctx, rawQueue, n, true) }},
	}, func() error { return db.dropSlot(ctx, pass) })
	if err != nil {
		return nil, err
	}
	t := table{head: []string{"", "events/s", "of raw, nobody reading", "of raw, consumer attached", "of the pass-through", "CPU µs an event: itself", "walsender", "RabbitMQ", "consumer", "peak RSS", "bytes of a body"}}
	for _, name := range []string{rawName, readName, passName, bridgeName, firehoseName} {
		all := results[name]
		t.add(name, spread(rates(all), thousands), spread(rates(all).over(rates(results[rawName])), ratio),
			spread(rates(all).over(rates(results[readName])), ratio),
			spread(rates(all).over(rates(results[passName])), ratio),
			micros(all, partyContestant, n), micros(all, partyWalsender, n), micros(all, partyBroker, n), micros(all, partyConsumer, n), peak(all), whole(all[0].body))
	}
	got := rates(results[bridgeName]).over(rates(results[rawName])).median()
	beside := rates(results[bridgeName]).over(rates(results[readName])).median()
	return &section{
		title: "End to end",
		intro: fmt.Sprintf("A backlog of %d single-row stock_quant transactions over %d quants, one instant lane on stock_level, a quorum queue, a consumer attached. "+
			"The raw publisher sends copies of the bridge's own message (%d bytes). min / **median** / max of %s.", n, quants, len(l.sample.Body), l.roundsText()),
		tables: []table{t},
		notes: []string{
			target(got >= 0.5, fmt.Sprintf("At least 0.5 of the raw confirmed rate with nobody reading (median %.2f)", got)),
			target(beside >= 0.5, fmt.Sprintf("At least 0.5 of the raw confirmed rate with a consumer attached (median %.2f)", beside)),
			"odoo.events has nobody listening: each event is published twice, and one of the two comes back as unroutable.",
			fmt.Sprintf("Deliveries beyond one for each transaction: %d.", extra(results[bridgeName])+extra(results[firehoseName])),
		},
	}, nil
}

// peak is the largest resident set of all rounds.
func peak(results []result) string {
	if m := peaks(results).max(); m > 0 {
		return mebibytes(m)
	}
	return "–"
}

func extra(results []result) (n int) {
	for _, r := range results {
		n += r.extra
	}
	return n
}
