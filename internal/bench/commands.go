package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/odoosim"
)

// What is asked for, and how much of it.
const (
	wantOverhead  = 2 * time.Millisecond
	alone         = 500    // commands, one at a time
	customers     = 10_000 // each told of by a command, every tenth by a second one
	commandsAhead = 200    // commands of the shop without an answer
	odooLimit     = 8      // calls at a time
	burst         = 50_000
)

// measureCommands sends customers to the simulated Odoo, which answers as quickly as it can: one
// command after the other, many at a time, and a burst while Odoo answers nobody.
func measureCommands(ctx context.Context, l *lab) (s *section, err error) {
	shop, err := l.openCommandShop(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, shop.close(ctx)) }()
	var one, many, waiting commandRun
	for _, part := range []struct {
		into *commandRun
		run  func(context.Context) (commandRun, error)
	}{{&one, shop.oneByOne}, {&many, shop.manyAtATime}, {&waiting, shop.burst}} {
		if *part.into, err = part.run(ctx); err != nil {
			return nil, errors.Join(err, shop.bridge.ended())
		}
	}
	t := table{head: []string{"customer.upsert", "commands", "a second", "sent → answered: p50, ms", "p95", "without Odoo's share: p50, ms", "p95", "the bridge's own share: p50, ms", "p95", "mean", "CPU µs a command: itself", "peak RSS"}}
	for _, r := range []struct {
		name string
		commandRun
	}{{"one at a time", one}, {fmt.Sprintf("%d without an answer", commandsAhead), many}, {"claimed while Odoo answers nobody", waiting}} {
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
			target(shop.odoo.MostInFlight() <= odooLimit, fmt.Sprintf("Odoo never saw more than %d calls at a time (%d)", odooLimit, shop.odoo.MostInFlight())),
			target(waiting.peak-waiting.before < 100*mebibyte, fmt.Sprintf("A burst of %d is absorbed without growth in memory (%s before, %s at the most)", waiting.n, mebibytes(waiting.before), mebibytes(waiting.peak))),
		},
	}, nil
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

// commandShop is a simulated Odoo, a bridge to it, and a channel that sends commands.
type commandShop struct {
	lab    *lab
	dsn    string
	odoo   *odoosim.Server
	busy   *busyTime
	web    *http.Server
	bridge *process
	sender *commandSender
	of     *bridge
}

const commandDatabase = "bench_commands"

func (l *lab) openCommandShop(ctx context.Context) (_ *commandShop, err error) {
	if err := l.execOn(ctx, "postgres", "CREATE DATABASE "+commandDatabase+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return nil, err
	}
	shop := &commandShop{lab: l, dsn: l.pg.DSN(commandDatabase)}
	defer func() {
		if err != nil {
			err = errors.Join(err, shop.close(ctx))
		}
	}()
	if err := odoosim.Install(ctx, shop.dsn); err != nil {
		return nil, fmt.Errorf("install the simulated Odoo: %w", err)
	}
	if shop.odoo, err = odoosim.New(ctx, shop.dsn, odoosim.Options{}); err != nil {
		return nil, fmt.Errorf("start the simulated Odoo: %w", err)
	}
	shop.busy = &busyTime{next: shop.odoo}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("find a free port: %w", err)
	}
	shop.web = &http.Server{Handler: shop.busy, ReadHeaderTimeout: time.Minute}
	go func() { _ = shop.web.Serve(listener) }() // ends with Close
	settings := fmt.Sprintf("odoo: {url: \"http://%s\", database: %s, login: admin, api_key: admin, max_in_flight: %d, rate: 5000/s}\n", listener.Addr(), commandDatabase, odooLimit)
	db := &database{name: commandDatabase, dsn: shop.dsn}
	if db.conn, err = pgx.Connect(ctx, shop.dsn); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", commandDatabase, err)
	}
	if err := errors.Join(db.publish(ctx), db.conn.Close(ctx)); err != nil {
		return nil, err
	}
	shop.of, err = l.newBridge(ctx, db, "commands", bridgeOptions{commands: settings})
	if err != nil {
		return nil, err
	}
	if shop.bridge, err = shop.of.startReady(ctx); err != nil {
		return nil, err
	}
	shop.sender, err = openCommandSender(l.rabbit.URL(""))
	return shop, err
}

func (s *commandShop) close(ctx context.Context) error {
	var errs []error
	if s.sender != nil {
		errs = append(errs, s.sender.close())
	}
	if s.busy != nil {
		s.busy.let()
	}
	if s.bridge != nil {
		errs = append(errs, s.bridge.stop())
	}
	if s.web != nil {
		errs = append(errs, s.web.Close())
	}
	if s.odoo != nil {
		s.odoo.Close()
	}
	ctx = context.WithoutCancel(ctx)
	errs = append(errs, s.lab.execOn(ctx, commandDatabase, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()"),
		s.lab.execOn(ctx, "postgres", "DROP DATABASE "+commandDatabase+" WITH (FORCE)"))
	return errors.Join(errs...)
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
		return r, fmt.Errorf("connect to %s: %w", commandDatabase, err)
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is open on it
	var twice int
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM res_partner WHERE name = 'Twice'").Scan(&twice); err != nil {
		return r, fmt.Errorf("count the customers: %w", err)
	}
	r.disorder = all/10 - twice + s.sender.disorder()
	return r, nil
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
	err = poll(ctx, 10*time.Minute, "the bridge to claim the burst", func() (bool, error) {
		open, err := s.metric(ctx, "odoobridge_commands_waiting")
		return err == nil && open[0] >= float64(r.n), err
	})
	if err != nil {
		return r, err
	}
	return r, finish()
}

// metric sums what the bridge shows under each of the names.
func (s *commandShop) metric(ctx context.Context, names ...string) ([]float64, error) {
	sums := make([]float64, len(names))
	_, text, err := s.of.get(ctx, "/metrics")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(text) {
		for i, name := range names {
			if !strings.HasPrefix(line, name+"{") {
				continue
			}
			var v float64
			if _, err := fmt.Sscan(line[strings.LastIndexByte(line, ' ')+1:], &v); err != nil {
				return nil, fmt.Errorf("read the metrics: %w", err)
			}
			sums[i] += v
		}
	}
	return sums, nil
}

// begin starts the clocks of a part; what it returns stops them.
func (s *commandShop) begin(ctx context.Context, r *commandRun) (finish func() error, err error) {
	m, err := memoryOf(s.bridge.pid())
	if err != nil {
		return nil, err
	}
	used, err := watch(map[string]int{partyContestant: s.bridge.pid()})
	if err != nil {
		return nil, err
	}
	ownBefore, err := s.histogram(ctx, "odoobridge_command_own_seconds")
	if err != nil {
		return nil, err
	}
	r.before = m.now
	began := time.Now()
	return func() error {
		r.rate = rate(r.n, time.Since(began))
		r.cpu = used.used()[partyContestant] * 1e6 / float64(r.n)
		m, err := memoryOf(s.bridge.pid())
		if err != nil {
			return err
		}
		r.peak = m.peak
		own, err := s.histogram(ctx, "odoobridge_command_own_seconds")
		r.own = own.since(ownBefore)
		return err
	}, nil
}
