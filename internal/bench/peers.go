package main

import (
	"context"
	"errors"
	"fmt"
)

// peers are the ways in which Go programs between PostgreSQL and RabbitMQ
// publish, each done as well as that way can be: decoded rows, persistent, confirmed,
// in order, and no position confirmed before its messages are.
var peers = []struct{ name, kind, promises string }{
	{"rows, one confirm at a time (watermill-amqp's publisher)", "watermill", "every row at least once, in order; unroutable ones vanish"},
	{"rows, batches of 500 or 200 ms, each confirmed whole", "batches", "every row at least once, in order; up to 200 ms late"},
	{"rows, 1,024 in flight (the bare pass-through)", "pass-through", "every row at least once, in order"},
}

// measurePeers lets the ways of publishing read one log beside the bridge.
func measurePeers(ctx context.Context, l *lab) (s *section, err error) {
	db, quants, err := l.quantDatabase(ctx, "bench_peers")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.drop(context.WithoutCancel(ctx), l)) }()
	b, err := l.newBridge(ctx, db, "peers_lane", bridgeOptions{lane: true})
	if err != nil {
		return nil, err
	}
	if err := b.initialise(ctx); err != nil {
		return nil, err
	}
	n := l.scaled(peerBacklog)
	n -= n % writers
	const queue, ours = "bench.peers", "odoobridge"
	slot := func(kind string) string { return "peers_" + slotName(kind) }
	contestants := []contestant{{ours, func(ctx context.Context) (result, error) { return l.deliver(ctx, db, b.slot, laneQueue, n, b.start) }}}
	for _, p := range peers {
		contestants = append(contestants, contestant{p.name, func(ctx context.Context) (result, error) {
			if err := l.emptyQueue(queue); err != nil {
				return result{}, err
			}
			return l.deliver(ctx, db, slot(p.kind), queue, n, func() (*process, error) { return l.startRowPublisher(p.kind, db.dsn, slot(p.kind), queue) })
		}})
	}
	prepare := func(int) error {
		for _, p := range peers {
			if err := db.newSlot(ctx, slot(p.kind)); err != nil {
				return err
			}
		}
		return errors.Join(l.emptyQueue(laneQueue), db.singles(ctx, quants, n))
	}
	results, err := l.compete(ctx, prepare, contestants, func() error {
		for _, p := range peers {
			if err := db.dropSlot(ctx, slot(p.kind)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t := table{head: []string{"", "a second", "of odoobridge", "CPU µs each: itself", "RabbitMQ", "peak RSS", "promises"}}
	row := func(name, promises string) {
		all := results[name]
		t.add(name, spread(rates(all), thousands), spread(rates(all).over(rates(results[ours])), ratio),
			micros(all, partyContestant, n), micros(all, partyBroker, n), peak(all), promises)
	}
	for _, p := range peers {
		row(p.name, p.promises)
	}
	row(ours, "every change of every document at least once with an id that never changes, in order, nothing that changed nothing, no log held while the broker is away")
	return &section{
		title: "Ways to publish",
		intro: fmt.Sprintf("A backlog of %d single-row stock_quant transactions into a quorum queue with a consumer. Peers are compared with confirms on: without them, "+
			"a publisher is faster and loses what the broker loses. They publish rows; the bridge mirrors them, builds and compares documents and journals events first. "+
			"min / **median** / max of %s.", n, l.roundsText()),
		tables: []table{t},
	}, nil
}

// peerBacklog is short enough for the slowest way.
const peerBacklog = 20_000

// slotName turns a name into one that PostgreSQL takes.
func slotName(kind string) string {
	name := []byte(kind)
	for i, c := range name {
		if c == '-' {
			name[i] = '_'
		}
	}
	return string(name)
}
