package main

import (
	"context"
	"errors"
	"fmt"
)

// backlog is how many changes a backlog has at full scale.
const backlog = 200_000

// measureLimits takes the limits alone, without the bridge.
func measureLimits(ctx context.Context, l *lab) (s *section, err error) {
	db, quants, err := l.quantDatabase(ctx, "bench_limits")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.drop(context.WithoutCancel(ctx), l)) }()
	if err := db.publish(ctx); err != nil {
		return nil, err
	}
	n := l.evenly(backlog)
	const read, pass, queue = "limit_read", "limit_pass", "bench.limit"
	var end string
	prepare := func(int) error {
		if err := errors.Join(db.newSlot(ctx, read), db.newSlot(ctx, pass), l.emptyQueue(queue)); err != nil {
			return err
		}
		if err := db.singles(ctx, quants, n); err != nil {
			return err
		}
		end, err = db.end(ctx)
		return err
	}
	cleanUp := func() error { return errors.Join(db.dropSlot(ctx, read), db.dropSlot(ctx, pass)) }
	const raw, alone, through, recv = "raw confirmed publish, consumer attached", "raw confirmed publish, nobody reading", "bare pass-through, consumer attached", "pg_recvlogical to /dev/null"
	results, err := l.compete(ctx, prepare, []contestant{
		{recv, func(ctx context.Context) (result, error) { return l.recvlogical(ctx, db, read, end, n) }},
		{raw, func(ctx context.Context) (result, error) { return l.rawPublish(ctx, "bench.raw", n, true) }},
		{through, func(ctx context.Context) (result, error) {
			return l.deliver(ctx, db, pass, queue, n, func() (*process, error) { return l.startPassThrough(db.dsn, pass, queue) })
		}},
		{alone, func(ctx context.Context) (result, error) { return l.rawPublish(ctx, "bench.raw", n, false) }},
	}, cleanUp)
	if err != nil {
		return nil, err
	}
	rawRates := rates(results[alone])
	t := table{head: []string{"limit", "a second", "of raw, nobody reading", "CPU µs each: contestant", "walsender", "RabbitMQ"}}
	for _, name := range []string{recv, alone, raw, through} {
		of := rates(results[name]).over(rawRates)
		if name == recv {
			of = nil
		}
		t.add(name, spread(rates(results[name]), thousands), spread(of, ratio), micros(results[name], partyContestant, n),
			micros(results[name], partyWalsender, n), micros(results[name], partyBroker, n))
	}
	return &section{
		title: "Limits of the machine",
		intro: fmt.Sprintf("A backlog of %d single-row transactions on stock_quant; as many persistent messages of %d bytes to a quorum queue, "+
			"window %d. The pass-through decodes with pglogrepl, publishes each row as a small JSON and confirms positions. min / **median** / max of %s.",
			n, len(l.sample.Body), window, l.roundsText()),
		tables: []table{t},
	}, nil
}

// micros is the median of what a party used for each of n.
func micros(results []result, party string, n int) string {
	s := cpuPer(results, party, n)
	if len(s) == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f", s.median())
}

func (l *lab) roundsText() string {
	if l.rounds == 1 {
		return "one round"
	}
	return fmt.Sprintf("%d rounds", l.rounds)
}
