package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// What is asked for.
const (
	latencyRate = 500
	latencyTime = 30 * time.Second
	wantMedian  = 3 * time.Millisecond
	wantP99     = 10 * time.Millisecond
)

// delays is what one contestant's consumer saw in one round.
type delays struct {
	mu  sync.Mutex
	all latencies
	err error
}

// measureLatency takes the time from commit to consumer at a steady rate.
func measureLatency(ctx context.Context, l *lab) (s *section, err error) {
	db, quants, err := l.quantDatabase(ctx, "bench_latency")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.drop(context.WithoutCancel(ctx), l)) }()
	b, err := l.newBridge(ctx, db, "latency_lane", bridgeOptions{lane: true})
	if err != nil {
		return nil, err
	}
	if err := b.initialise(ctx); err != nil {
		return nil, err
	}
	const pass, passQueue = "latency_pass", "bench.pass"
	if err := db.newSlot(ctx, pass); err != nil {
		return nil, err
	}
	writes := load{
		dsn: db.dsn, perSec: latencyRate, sessions: 4, statement: oneQuant(quants),
		duration: max(time.Duration(float64(latencyTime)*l.scale), 3*time.Second),
	}
	bridged, passed := map[string]series{}, map[string]series{}
	for round := range l.rounds {
		runs := []func() error{
			func() error { return l.delay(ctx, db, b.slot, laneQueue, writes, b.start, bridged) },
			func() error {
				return l.delay(ctx, db, pass, passQueue, writes, func() (*process, error) { return l.startPassThrough(db.dsn, pass, passQueue) }, passed)
			},
		}
		for i := range runs {
			if err := runs[(i+round)%len(runs)](); err != nil {
				return nil, fmt.Errorf("round %d: %w", round+1, err)
			}
		}
	}
	t := table{head: []string{"commit → consumer, ms", "p50", "p99", "max", "CPU µs an event"}}
	for _, c := range []struct {
		name string
		of   map[string]series
	}{{"bare pass-through", passed}, {"odoobridge", bridged}} {
		t.add(c.name, spread(c.of["p50"], plainMillis), spread(c.of["p99"], plainMillis), spread(c.of["max"], plainMillis), spread(c.of["cpu"], whole))
	}
	t.add("ratio", spread(bridged["p50"].over(passed["p50"]), ratio), spread(bridged["p99"].over(passed["p99"]), ratio), spread(bridged["max"].over(passed["max"]), ratio), "")
	p50, p99 := bridged["p50"].median(), bridged["p99"].median()
	return &section{
		title: "Latency",
		intro: fmt.Sprintf("%d single-row transactions a second for %s, synchronous commits over %d sessions, one instant lane, a quorum queue. From the time that "+
			"PostgreSQL gives the commit, which is before its fsync, to the consumer's having the message. min / **median** / max of %s.",
			latencyRate, writes.duration, writes.sessions, l.roundsText()),
		tables: []table{t},
		notes: []string{
			target(p50 <= inMillis(wantMedian), fmt.Sprintf("p50 at most 3 ms (median %.2f)", p50)),
			target(p99 <= inMillis(wantP99), fmt.Sprintf("p99 at most 10 ms (median %.2f)", p99)),
		},
	}, nil
}

func inMillis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func plainMillis(v float64) string     { return fmt.Sprintf("%.2f", v) }
func whole(v float64) string           { return fmt.Sprintf("%.0f", v) }

// delay lets one contestant carry the load and adds a round's figures.
func (l *lab) delay(ctx context.Context, db *database, slot, queue string, writes load, startReader func() (*process, error), into map[string]series) (err error) {
	if err := l.emptyQueue(queue); err != nil {
		return err
	}
	var seen delays
	c, err := consume(l.rabbit.URL(""), queue, seen.take)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	p, err := startReader()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if _, err := db.awaitActive(ctx, slot); err != nil {
		return errors.Join(err, p.ended())
	}
	// What the other contestant's turn has left in the log comes first.
	if err := l.settle(ctx, db, slot, c); err != nil {
		return errors.Join(err, p.ended())
	}
	seen.reset()
	before := int(c.received.Load())
	used, err := watch(map[string]int{partyContestant: p.pid()})
	if err != nil {
		return err
	}
	n, err := writes.run(ctx)
	if err != nil {
		return err
	}
	if _, err := c.await(ctx, before+n, time.Minute, p.ended); err != nil {
		return err
	}
	all, err := seen.result()
	if err != nil {
		return err
	}
	into["p50"] = append(into["p50"], inMillis(all.quantile(0.5)))
	into["p99"] = append(into["p99"], inMillis(all.quantile(0.99)))
	into["max"] = append(into["max"], inMillis(all.quantile(1)))
	into["cpu"] = append(into["cpu"], used.used()[partyContestant]*1e6/float64(n))
	l.log.Info("measured", "queue", queue, "p50", all.quantile(0.5), "p99", all.quantile(0.99), "max", all.quantile(1))
	return nil
}

// settle waits until the reader has caught up and its deliveries have come.
func (l *lab) settle(ctx context.Context, db *database, slot string, c *consumer) error {
	end, err := db.end(ctx)
	if err != nil {
		return err
	}
	if err := db.awaitConfirmed(ctx, slot, end, drainLimit); err != nil {
		return err
	}
	return c.quiet(ctx, time.Second)
}

// take notes one delivery's delay.
func (d *delays) take(m amqp.Delivery) {
	now := time.Now()
	committed, err := commitTime(m.Body)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil && d.err == nil {
		d.err = err
	}
	d.all = append(d.all, now.Sub(committed))
}

func (d *delays) reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = nil
}

func (d *delays) result() (latencies, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.all, d.err
}

// commitTime finds the "time" of a message without decoding all of it: it
// comes before anything that could hold the same name.
func commitTime(body []byte) (time.Time, error) {
	_, rest, found := bytes.Cut(body, []byte(`"time":"`))
	if !found {
		return time.Time{}, errors.New("a message without time")
	}
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	at, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		return time.Time{}, fmt.Errorf("the time of a message: %w", err)
	}
	return at, nil
}
