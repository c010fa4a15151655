package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// peer is a way in which Go programs between PostgreSQL and RabbitMQ publish,
// done as well as that way can be: decoded rows, persistent, confirmed, in order, and no
// position confirmed before its messages are.
type peer struct {
	name, kind, promises string
	backlog              int // long enough for a rate, short enough for the way
}

var peers = []peer{
	{"rows, one confirm at a time (watermill-amqp's publisher)", "watermill", "every row at least once, in order; unroutable ones vanish", 10_000},
	{"rows, batches of 500 or 200 ms, each confirmed whole", "batches", "every row at least once, in order; up to 200 ms late", peerBacklog},
	{"rows, 1,024 in flight (the bare pass-through)", "pass-through", "every row at least once, in order", peerBacklog},
}

const (
	peerBacklog = 200_000
	peerQueue   = "bench.peers"
)

// measurePeers lets the ways of publishing read one log beside the bridge. The
// slow ones go first, over a log of their own.
func measurePeers(ctx context.Context, l *lab) (s *section, err error) {
	db, quants, err := l.quantDatabase(ctx, "bench_peers")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.drop(context.WithoutCancel(ctx), l)) }()
	if err := db.publish(ctx); err != nil {
		return nil, err
	}
	slow := slices.DeleteFunc(slices.Clone(peers), func(p peer) bool { return p.backlog == peerBacklog })
	results := map[string][]result{}
	for _, p := range slow {
		of, err := l.competePeers(ctx, db, quants, []peer{p}, l.evenly(p.backlog))
		if err != nil {
			return nil, err
		}
		maps.Copy(results, of)
	}
	b, err := l.newBridge(ctx, db, "peers_lane", bridgeOptions{lane: true})
	if err != nil {
		return nil, err
	}
	if err := b.initialise(ctx); err != nil {
		return nil, err
	}
	n := l.evenly(peerBacklog)
	ours := contestant{ourName, func(ctx context.Context) (result, error) { return l.deliver(ctx, db, b.slot, laneQueue, n, b.start) }}
	fast := slices.DeleteFunc(slices.Clone(peers), func(p peer) bool { return p.backlog != peerBacklog })
	of, err := l.competePeers(ctx, db, quants, fast, n, ours)
	if err != nil {
		return nil, err
	}
	maps.Copy(results, of)
	return l.peersSection(results), nil
}

const ourName = "odoobridge"

// competePeers lets peers, and others, read one log of n transactions.
func (l *lab) competePeers(ctx context.Context, db *database, quants int, peers []peer, n int, others ...contestant) (map[string][]result, error) {
	slot := func(p peer) string { return "peers_" + slotName(p.kind) }
	contestants := slices.Clone(others)
	for _, p := range peers {
		contestants = append(contestants, contestant{p.name, func(ctx context.Context) (result, error) {
			if err := l.emptyQueue(peerQueue); err != nil {
				return result{}, err
			}
			return l.deliver(ctx, db, slot(p), peerQueue, n, func() (*process, error) { return l.startRowPublisher(p.kind, db.dsn, slot(p), peerQueue) })
		}})
	}
	prepare := func(int) error {
		for _, p := range peers {
			if err := db.newSlot(ctx, slot(p)); err != nil {
				return err
			}
		}
		return errors.Join(l.emptyQueue(laneQueue), db.singles(ctx, quants, n))
	}
	return l.compete(ctx, prepare, contestants, func() error {
		for _, p := range peers {
			if err := db.dropSlot(ctx, slot(p)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *lab) peersSection(results map[string][]result) *section {
	t := table{head: []string{"", "a second", "of odoobridge", "CPU µs each: itself", "RabbitMQ", "peak RSS", "promises"}}
	row := func(name, promises string, n int) {
		all := results[name]
		t.add(name, spread(rates(all), thousands), spread(rates(all).over(rates(results[ourName])), ratio),
			micros(all, partyContestant, n), micros(all, partyBroker, n), peak(all), promises)
	}
	for _, p := range peers {
		row(p.name, p.promises, l.evenly(p.backlog))
	}
	row(ourName, "every change of every document at least once with an id that never changes, in order, nothing that changed nothing, no log held while the broker is away", l.evenly(peerBacklog))
	return &section{
		title: "Ways to publish",
		intro: fmt.Sprintf("A backlog of %d single-row stock_quant transactions into a quorum queue with a consumer; of %d for the way that waits for each confirm. Peers are compared with confirms on: without them, "+
			"a publisher is faster and loses what the broker loses. They publish rows; the bridge mirrors them, builds and compares documents and journals events first. "+
			"min / **median** / max of %s.", l.evenly(peerBacklog), l.evenly(peers[0].backlog), l.roundsText()),
		tables: []table{t},
	}
}

// slotName turns a name into one that PostgreSQL takes.
func slotName(kind string) string { return strings.ReplaceAll(kind, "-", "_") }
