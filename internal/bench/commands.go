package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// What is asked for, and how much of it.
const (
	wantOverhead  = 2 * time.Millisecond
	alone         = 500    // commands, one at a time
	customers     = 10_000 // each told of by a command, every tenth by a second one
	commandsAhead = 200    // commands of the shop without an answer
	odooLimit     = 8      // calls at a time
	burst         = 50_000
	large         = 1000 // commands of largeBytes
	largeBytes    = 1_000_000
	largeAhead    = 200 // of them, without an answer: more than the bridge has in hand at a time
	// largeGrowth is for the 16 MiB that are in hand and the 11 that are carried out, with as much garbage, and what SQLite and the broker's
	// client have of them.
	largeGrowth = 128 * mebibyte
)

// measureCommands sends customers to the simulated Odoo, which answers as quickly as it can: one
// command after the other, many at a time, and a burst while Odoo answers nobody.
func measureCommands(ctx context.Context, l *lab) (s *section, err error) {
	var one, many, big, waiting, shared commandRun
	parts := []commandPart{{&one, (*commandShop).oneByOne}, {&many, (*commandShop).manyAtATime}, {&big, (*commandShop).large}, {&waiting, (*commandShop).burst}}
	most, err := l.runCommands(ctx, false, parts)
	if err != nil {
		return nil, err
	}
	mostShared, err := l.runCommands(ctx, true, []commandPart{{&shared, (*commandShop).burst}})
	if err != nil {
		return nil, err
	}
	t := table{head: []string{"customer.upsert", "commands", "a second", "sent → answered: p50, ms", "p95", "without Odoo's share: p50, ms", "p95", "the bridge's own share: p50, ms", "p95", "mean", "CPU µs a command: itself", "peak RSS"}}
	for _, r := range []struct {
		name string
		commandRun
	}{{"one at a time", one}, {fmt.Sprintf("%d without an answer", commandsAhead), many}, {fmt.Sprintf("of %d bytes, %d without an answer", largeBytes, largeAhead), big},
		{"claimed while Odoo answers nobody", waiting}, {"the same, in a shared store", shared}} {
		t.add(r.name, fmt.Sprint(r.n), thousands(r.rate), quantileCell(r.took, 0.5), quantileCell(r.took, 0.95), quantileCell(r.overhead, 0.5), quantileCell(r.overhead, 0.95), r.own.quantileCell(0.5), r.own.quantileCell(0.95), r.own.meanCell(), whole(r.cpu), mebibytes(r.peak))
	}
	return &section{
		title: "Commands",
		intro: fmt.Sprintf("Commands into the simulated Odoo with its own speed and no delays, at most %d calls at a time, with a durable ledger and results in a quorum queue. "+
			"Without Odoo's share is what is left when the time in which Odoo was at work is taken off: both ways through the broker, whose queues sync, too. The bridge's own share is from a command's "+
			"arrival, or from when it was taken if it had to wait for its turn, to its answer on disk, without the calls of Odoo (odoobridge_command_own_seconds). One round.", odooLimit),
		tables: []table{t},
		notes: []string{
			target(one.own.quantile(0.5) <= wantOverhead, fmt.Sprintf("At most 2 ms of the bridge's own at p50 for one at a time (%s)", one.own.quantileCell(0.5))),
			target(many.disorder == 0, fmt.Sprintf("Of each of %d customers the words are applied in order (%d of %d were not)", l.scaled(customers), many.disorder, l.scaled(customers)/10)),
			target(max(most, mostShared) <= odooLimit, fmt.Sprintf("Odoo never saw more than %d calls at a time (%d; %d with a shared store)", odooLimit, most, mostShared)),
			big.absorbed(fmt.Sprintf("%d commands of %d bytes are", big.n, largeBytes), largeGrowth),
			waiting.absorbed(fmt.Sprintf("A burst of %d is", waiting.n), 100*mebibyte),
			shared.absorbed(fmt.Sprintf("A burst of %d in a shared store is", shared.n), 100*mebibyte),
		},
	}, nil
}

// commandPart is one part of the measurement.
type commandPart struct {
	into *commandRun
	run  func(*commandShop, context.Context) (commandRun, error)
}

// runCommands runs parts one after the other in one shop, and says how many calls its Odoo saw at a time at the most.
func (l *lab) runCommands(ctx context.Context, shared bool, parts []commandPart) (most int, err error) {
	shop, err := l.openCommandShop(ctx, shared)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, shop.close(ctx)) }()
	for _, part := range parts {
		if *part.into, err = part.run(shop, ctx); err != nil {
			return 0, errors.Join(err, shop.bridge.ended())
		}
	}
	return shop.busy.most(), nil
}

func quantileCell(l latencies, q float64) string {
	if len(l) == 0 {
		return "–"
	}
	return milliseconds(l.quantile(q))
}

// commandRun is what one part of the measurement gave.
type commandRun struct {
	n              int
	rate, cpu      float64
	took, overhead latencies
	own            histogram
	before, peak   float64 // resident set
	disorder       int
}

// absorbed says whether memory has grown by less than that over a part.
func (r *commandRun) absorbed(what string, growth float64) string {
	return target(r.peak-r.before < growth, fmt.Sprintf("%s absorbed with less than %s more memory (%s before, %s at the most)", what, mebibytes(growth), mebibytes(r.before), mebibytes(r.peak)))
}

// oneByOne sends a command when the one before it is answered.
func (s *commandShop) oneByOne(ctx context.Context) (r commandRun, err error) {
	r.n = max(s.lab.scaled(alone), 20)
	finish, err := s.begin(ctx, &r)
	if err != nil {
		return r, err
	}
	for i := range r.n {
		busy, began := s.busy.total(), time.Now()
		if err := s.sender.send(ctx, fmt.Sprint("alone-", i), fmt.Sprint("alone", i), "Customer"); err != nil {
			return r, err
		}
		if err := s.sender.answered(ctx, i+1); err != nil {
			return r, err
		}
		took := time.Since(began)
		r.took = append(r.took, took)
		r.overhead = append(r.overhead, took-(s.busy.total()-busy))
	}
	return r, finish()
}

// manyAtATime keeps many commands of many customers under way, and looks whether the second word on a customer came
// after the first.
func (s *commandShop) manyAtATime(ctx context.Context) (r commandRun, err error) {
	all := s.lab.scaled(customers)
	r.n = all + all/10
	finish, err := s.begin(ctx, &r)
	if err != nil {
		return r, err
	}
	before := s.sender.count()
	sent := 0
	send := func(word, customer int, name string) error {
		if err := s.sender.answered(ctx, before+sent-commandsAhead+1); err != nil {
			return err
		}
		sent++
		return s.sender.send(ctx, fmt.Sprintf("many-%d-%d", word, customer), fmt.Sprint("many", customer), name)
	}
	for i := range all {
		if err := send(1, i, "Once"); err != nil {
			return r, err
		}
		if i%10 == 9 { // the word before may still be under way
			if err := send(2, i, "Twice"); err != nil {
				return r, err
			}
		}
	}
	if err := s.sender.answered(ctx, before+r.n); err != nil {
		return r, err
	}
	if err := finish(); err != nil {
		return r, err
	}
	r.took = s.sender.latencies("many-")
	conn, err := pgx.Connect(ctx, s.dsn)
	if err != nil {
		return r, fmt.Errorf("connect to %s: %w", s.name, err)
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is open on it
	var twice int
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM res_partner WHERE name = 'Twice'").Scan(&twice); err != nil {
		return r, fmt.Errorf("count the customers: %w", err)
	}
	r.disorder = all/10 - twice + s.sender.disorder()
	return r, nil
}

// large sends the largest commands there may be, until all are carried out. How many bytes of them the bridge has in hand is limited.
func (s *commandShop) large(ctx context.Context) (r commandRun, err error) {
	r.n = s.lab.scaled(large)
	finish, err := s.begin(ctx, &r)
	if err != nil {
		return r, err
	}
	before := s.sender.count()
	s.sender.padding = strings.Repeat("x", largeBytes)
	defer func() { s.sender.padding = "" }()
	for i := range r.n {
		if err := s.sender.answered(ctx, before+i-largeAhead+1); err != nil {
			return r, err
		}
		if err := s.sender.send(ctx, fmt.Sprint("large-", i), fmt.Sprint("large", i), "Customer"); err != nil {
			return r, err
		}
	}
	if err := s.sender.answered(ctx, before+r.n); err != nil {
		return r, err
	}
	r.took = s.sender.latencies("large-")
	return r, finish()
}

// burst sends more commands than anybody could carry out, while Odoo answers nobody, until all are claimed.
func (s *commandShop) burst(ctx context.Context) (r commandRun, err error) {
	r.n = s.lab.scaled(burst)
	s.busy.hold()
	finish, err := s.begin(ctx, &r)
	if err != nil {
		return r, err
	}
	for i := range r.n {
		if err := s.sender.send(ctx, fmt.Sprint("burst-", i), fmt.Sprint("burst", i), "Customer"); err != nil {
			return r, err
		}
	}
	// Its queue is asked, and what the bridge has in hand of it is left out: what waits the bridge counts every 15 seconds, and showing that
	// costs more than a claim.
	err = poll(ctx, 10*time.Minute, "the bridge to claim the burst", func() (bool, error) {
		left, err := s.sender.left()
		return err == nil && left == 0, err
	})
	if err != nil {
		return r, err
	}
	if err := finish(); err != nil {
		return r, err
	}
	return r, poll(ctx, 2*time.Minute, "the bridge to say that it has claimed the burst", func() (bool, error) {
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
		open, err := s.metric(ctx, "odoobridge_commands_waiting")
		return err == nil && open[0] >= float64(r.n), err
	})
}
