package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// snapshotWorkers is how many connections the bridge copies with by default.
const snapshotWorkers = 4

// measureSnapshot takes the first start on the large shop, beside COPY.
func measureSnapshot(ctx context.Context, l *lab) (*section, error) {
	shop, err := l.largeShop(ctx)
	if err != nil {
		return nil, err
	}
	tables, err := mappedTables(ctx, shop.db.conn)
	if err != nil {
		return nil, err
	}
	var rows int64
	var one, four, read, index, total series
	builds := map[string]series{}
	var order []build
	for round := range l.rounds {
		n, alone, err := copyOut(ctx, shop.db.dsn, tables, 1)
		if err != nil {
			return nil, err
		}
		_, together, err := copyOut(ctx, shop.db.dsn, tables, snapshotWorkers)
		if err != nil {
			return nil, err
		}
		p, err := l.firstStart(ctx, shop, fmt.Sprintf("shop_%d", round+1))
		if err != nil {
			return nil, err
		}
		l.log.Info("measured", "round", round+1, "copy", alone, "copies", together, "read", p.read, "total", p.total)
		rows, order = n, p.builds
		one, four = append(one, rate(int(n), alone)), append(four, rate(int(n), together))
		read, index, total = append(read, rate(int(n), p.read)), append(index, p.index.Seconds()), append(total, p.total.Seconds())
		for _, b := range p.builds {
			builds[b.entity] = append(builds[b.entity], b.took.Seconds())
		}
	}
	t := table{head: []string{"", "rows/s", "of one COPY", fmt.Sprintf("of %d", snapshotWorkers)}}
	t.add("COPY … TO STDOUT, one connection", spread(one, thousands), "", "")
	t.add(fmt.Sprintf("COPY … TO STDOUT, %d connections", snapshotWorkers), spread(four, thousands), spread(four.over(one), ratio), "")
	t.add("odoobridge, into the mirror", spread(read, thousands), spread(read.over(one), ratio), spread(read.over(four), ratio))
	parts := table{head: []string{"part of the first start", "seconds"}}
	parts.add("tables read into the mirror", spread(inSeconds(rows, read), seconds))
	parts.add("indexes and sums", spread(index, seconds))
	for _, b := range order {
		parts.add(fmt.Sprintf("%s documents of %s", b.documents, b.entity), spread(builds[b.entity], seconds))
	}
	parts.add("in all", spread(total, seconds))
	got := read.over(one).median()
	return &section{
		title: "Snapshot",
		intro: fmt.Sprintf("%d rows of %d tables: %d products, %d quants, %d customers, %d orders of %d lines. min / **median** / max of %s.",
			rows, len(tables), shop.products, shop.quants, shop.customers, shop.orders, linesEach, l.roundsText()),
		tables: []table{t, parts},
		notes:  []string{target(got >= 0.5, fmt.Sprintf("At least half the rate of COPY … TO STDOUT (median %.2f of one connection)", got))},
	}, nil
}

// inSeconds turns rates of n back into times.
func inSeconds(n int64, rates series) series {
	s := make(series, len(rates))
	for i, r := range rates {
		s[i] = float64(n) / r
	}
	return s
}

// mirroredShop returns the large shop and a bridge that has mirrored it; the
// bridge is stopped.
func (l *lab) mirroredShop(ctx context.Context) (*shop, *bridge, error) {
	shop, err := l.largeShop(ctx)
	if err == nil && l.shopBridge == nil {
		_, err = l.firstStart(ctx, shop, "shop")
	}
	return shop, l.shopBridge, err
}

// firstStart lets a new bridge mirror the shop, and stops it. It becomes the
// shop's bridge in place of the one before.
func (l *lab) firstStart(ctx context.Context, shop *shop, slot string) (p phases, err error) {
	if l.shopBridge != nil {
		if err := errors.Join(shop.db.dropSlot(ctx, l.shopBridge.slot), os.RemoveAll(l.path(l.shopBridge.slot+".store"))); err != nil {
			return p, fmt.Errorf("remove the bridge before: %w", err)
		}
		l.shopBridge = nil
	}
	b, err := l.newBridge(ctx, shop.db, slot, bridgeOptions{lane: true})
	if err != nil {
		return p, err
	}
	watching, enough := context.WithCancel(ctx)
	defer enough()
	var w phaseWatch
	go w.follow(watching, b)
	child, err := b.startReady(ctx)
	if err != nil {
		return p, fmt.Errorf("first start: %w", err)
	}
	enough()
	// What the start has used is given back a little later.
	l.shopSnapshot, err = settledMemory(ctx, child.pid())
	log := child.output.String()
	if err := errors.Join(err, child.stop()); err != nil {
		return p, err
	}
	l.shopBridge = b
	return w.result(log)
}

// settledMemory takes the resident set once it has been the same for a while.
func settledMemory(ctx context.Context, pid int) (m memory, err error) {
	last, since := 0.0, time.Now()
	err = poll(ctx, 20*time.Second, "the memory to settle", func() (bool, error) {
		m, err = memoryOf(pid)
		if change := m.now - last; change > mebibyte || change < -mebibyte {
			last, since = m.now, time.Now()
		}
		return time.Since(since) > 3*time.Second, err
	})
	if err != nil && ctx.Err() == nil && m.peak > 0 {
		err = nil // it does not settle: what it was last
	}
	return m, err
}
