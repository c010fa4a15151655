package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/internal/devenv"
)

// result is what one contestant did in one round.
type result struct {
	rate  float64            // of changes or messages a second
	cpu   map[string]float64 // seconds, by party
	peak  float64            // bytes of the contestant's resident set
	body  float64            // mean bytes of a message
	extra int                // messages that came beyond those that were expected
}

// The parties of a run, as tables name them.
const (
	partyContestant = "contestant"
	partyWalsender  = "walsender"
	partyBroker     = "RabbitMQ"
	partyConsumer   = "consumer"
)

// drainLimit is how long a contestant may take before the run is given up.
const drainLimit = 20 * time.Minute

// recvlogical drains a slot up to end with PostgreSQL's own client, which
// decodes nothing and forgets everything.
func (l *lab) recvlogical(ctx context.Context, db *database, slot, end string, changes int) (result, error) {
	binary, err := devenv.Find("pg_recvlogical")
	if err != nil {
		return result{}, err
	}
	p, err := start(binary, "-d", db.dsn, "--slot", slot, "--start", "--no-loop", "-f", os.DevNull,
		"--endpos", end, "-o", "proto_version=1", "-o", "publication_names="+publication)
	if err != nil {
		return result{}, err
	}
	walsender, err := db.awaitActive(ctx, slot)
	if err != nil {
		return result{}, errors.Join(err, p.stop())
	}
	began := time.Now()
	used, err := watch(map[string]int{partyWalsender: walsender})
	if err != nil {
		return result{}, errors.Join(err, p.stop())
	}
	// The walsender goes with its client, so its time is taken on the way.
	cpu := used.until(p.done)
	took := time.Since(began)
	if err := p.wait(ctx); err != nil {
		return result{}, err
	}
	cpu[partyContestant] = p.cpu()
	return result{rate: rate(changes, took), cpu: cpu}, nil
}

// rawPublish publishes and confirms n messages, with or without a consumer on
// the queue.
func (l *lab) rawPublish(ctx context.Context, queue string, n int, consumed bool) (r result, err error) {
	if err := l.emptyQueue(queue); err != nil {
		return r, err
	}
	if consumed {
		c, err := consume(l.rabbit.URL(""), queue, nil)
		if err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, c.stop()) }()
	}
	parties := map[string]int{partyBroker: l.broker}
	if consumed {
		parties[partyConsumer] = os.Getpid()
	}
	used, err := watch(parties)
	if err != nil {
		return r, err
	}
	p, err := l.startPublisher(queue, n)
	if err != nil {
		return r, err
	}
	if err := p.wait(ctx); err != nil {
		return r, err
	}
	took, err := time.ParseDuration(strings.TrimSpace(p.output.String()))
	if err != nil {
		return r, fmt.Errorf("read the publisher's result: %w", err)
	}
	r = result{rate: rate(n, took), cpu: used.used(), body: float64(len(l.sample.Body))}
	r.cpu[partyContestant] = p.cpu()
	return r, l.deleteQueue(queue)
}

// share is how many messages a queue is to get.
type share struct {
	queue string
	n     int
}

// deliver times how long a reader of the slot takes until n messages have
// reached a consumer of the queue.
func (l *lab) deliver(ctx context.Context, db *database, slot, queue string, n int, startReader func() (*process, error)) (result, error) {
	return l.deliverAll(ctx, db, slot, []share{{queue, n}}, startReader)
}

// deliverAll times how long a reader of the slot takes until every queue's
// consumer has its share.
func (l *lab) deliverAll(ctx context.Context, db *database, slot string, shares []share, startReader func() (*process, error)) (r result, err error) {
	consumers := make([]*consumer, len(shares))
	for i, s := range shares {
		c, err := consume(l.rabbit.URL(""), s.queue, nil)
		if err != nil {
			return r, errors.Join(err, stopAll(consumers[:i]))
		}
		consumers[i] = c
	}
	defer func() { err = errors.Join(err, stopAll(consumers)) }()
	p, err := startReader()
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	walsender, err := db.awaitActive(ctx, slot)
	if err != nil {
		return r, errors.Join(err, p.ended())
	}
	began := time.Now()
	used, err := watch(map[string]int{
		partyContestant: p.pid(), partyWalsender: walsender, partyBroker: l.broker, partyConsumer: os.Getpid(),
	})
	if err != nil {
		return r, err
	}
	var finished time.Time
	total := 0
	for i, s := range shares {
		last, err := consumers[i].await(ctx, s.n, drainLimit, p.ended)
		if err != nil {
			return r, err
		}
		if last.After(finished) {
			finished = last
		}
		total += s.n
	}
	r = result{rate: rate(total, finished.Sub(began)), cpu: used.used(), body: consumers[0].meanBytes()}
	m, err := memoryOf(p.pid())
	if err != nil {
		return r, err
	}
	r.peak = m.peak
	for _, c := range consumers {
		err = errors.Join(err, c.quiet(ctx, 300*time.Millisecond/time.Duration(len(consumers))))
		r.extra += int(c.received.Load())
	}
	r.extra -= total
	if m, ok := consumers[0].sample(); ok && m.Type != "" {
		l.sample = m
	}
	return r, err
}

func stopAll(consumers []*consumer) error {
	var errs []error
	for _, c := range consumers {
		errs = append(errs, c.stop())
	}
	return errors.Join(errs...)
}

// contestant is somebody who takes part in every round.
type contestant struct {
	name string
	run  func(ctx context.Context) (result, error)
}

// compete lets all run once a round, in another order each time, and returns
// their results by name.
func (l *lab) compete(ctx context.Context, prepare func(round int) error, contestants []contestant, cleanUp func() error) (map[string][]result, error) {
	results := map[string][]result{}
	for round := range l.rounds {
		if err := prepare(round); err != nil {
			return nil, fmt.Errorf("prepare round %d: %w", round+1, err)
		}
		for i := range contestants {
			c := contestants[(i+round)%len(contestants)]
			r, err := c.run(ctx)
			if err != nil {
				return nil, fmt.Errorf("round %d, %s: %w", round+1, c.name, err)
			}
			l.log.Info("measured", "round", round+1, "contestant", c.name, "per_second", int(r.rate))
			results[c.name] = append(results[c.name], r)
		}
		if err := cleanUp(); err != nil {
			return nil, fmt.Errorf("clean up after round %d: %w", round+1, err)
		}
	}
	return results, nil
}

// rates are the rates of all rounds.
func rates(results []result) series {
	s := make(series, len(results))
	for i, r := range results {
		s[i] = r.rate
	}
	return s
}

// cpuPer is what a party used of the CPU, in microseconds for each of n.
func cpuPer(results []result, party string, n int) series {
	var s series
	for _, r := range results {
		if used, ok := r.cpu[party]; ok {
			s = append(s, used*1e6/float64(n))
		}
	}
	return s
}

func peaks(results []result) series {
	s := make(series, len(results))
	for i, r := range results {
		s[i] = r.peak
	}
	return s
}
