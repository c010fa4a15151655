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

// commandShop is a simulated Odoo, a bridge to it, and a channel that sends commands.
type commandShop struct {
	lab    *lab
	dsn    string
	name   string // of its database
	odoo   *odoosim.Server
	busy   *busyTime
	web    *http.Server
	bridge *process
	sender *commandSender
	of     *bridge
}

// openCommandShop has the bridge keep what it remembers in a file, or in PostgreSQL.
func (l *lab) openCommandShop(ctx context.Context, shared bool) (_ *commandShop, err error) {
	shop := &commandShop{lab: l, name: "bench_commands"}
	store := ""
	if shared {
		shop.name += "_shared"
		if err := l.execOn(ctx, "postgres", "CREATE DATABASE "+shop.name+"_store"); err != nil {
			return nil, err
		}
		store = l.pg.DSN(shop.name + "_store")
	}
	if err := l.execOn(ctx, "postgres", "CREATE DATABASE "+shop.name+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return nil, err
	}
	shop.dsn = l.pg.DSN(shop.name)
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
	way := fmt.Sprintf("odoo: {url: \"http://%s\", database: %s, login: admin, api_key: admin, max_in_flight: %d, rate: 5000/s}\n", listener.Addr(), shop.name, odooLimit)
	db := &database{name: shop.name, dsn: shop.dsn}
	if db.conn, err = pgx.Connect(ctx, shop.dsn); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", shop.name, err)
	}
	if err := errors.Join(db.publish(ctx), db.conn.Close(ctx)); err != nil {
		return nil, err
	}
	shop.of, err = l.newBridge(ctx, db, shop.name, bridgeOptions{commands: way, store: store})
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
	errs = append(errs, s.lab.execOn(ctx, s.name, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()"),
		s.lab.execOn(ctx, "postgres", "DROP DATABASE "+s.name+" WITH (FORCE)"),
		s.lab.execOn(ctx, "postgres", "DROP DATABASE IF EXISTS "+s.name+"_store WITH (FORCE)"))
	return errors.Join(errs...)
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
	if err := forgetPeak(s.bridge.pid()); err != nil {
		return nil, err
	}
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
