package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

const mebibyte = 1 << 20

// measureMemory takes the resident set with a large shop mirrored.
func measureMemory(ctx context.Context, l *lab) (s *section, err error) {
	shop, b, err := l.mirroredShop(ctx)
	if err != nil {
		return nil, err
	}
	p, c, err := l.serveShop(ctx, shop, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.stop(), p.stop()) }()
	started, err := memoryOf(p.pid())
	if err != nil {
		return nil, err
	}
	writes := load{
		dsn: shop.db.dsn, perSec: latencyRate, sessions: 4, statement: shop.change,
		duration: max(time.Duration(float64(time.Minute)*l.scale), 5*time.Second),
	}
	if _, err := writes.run(ctx); err != nil {
		return nil, err
	}
	if err := l.settle(ctx, shop.db, b.slot, c); err != nil {
		return nil, errors.Join(err, p.ended())
	}
	streamed, err := memoryOf(p.pid())
	if err != nil {
		return nil, err
	}
	stored, err := directorySize(l.path(b.slot + ".store"))
	if err != nil {
		return nil, err
	}
	t := table{head: []string{"odoobridge", "resident set", "its peak"}}
	t.add("first start, snapshot taken and documents built", mebibytes(l.shopSnapshot.now), mebibytes(l.shopSnapshot.peak))
	t.add("started again, ready", mebibytes(started.now), mebibytes(started.peak))
	t.add(fmt.Sprintf("after %s of streaming", writes.duration), mebibytes(streamed.now), mebibytes(streamed.peak))
	worst := max(l.shopSnapshot.peak, streamed.peak)
	return &section{
		title: "Memory",
		intro: fmt.Sprintf("%d products, each in two warehouses (%d quants in five locations), %d customers and %d orders of %d lines mirrored, which take %s on disk. "+
			"Then %d transactions a second over all quants and orders, one instant lane.",
			shop.products, shop.quants, shop.customers, shop.orders, linesEach, mebibytes(stored), latencyRate),
		tables: []table{t},
		notes: []string{
			target(streamed.peak < 400*mebibyte, fmt.Sprintf("Under 400 MiB while streaming (peak %s)", mebibytes(streamed.peak))),
			target(worst < 400*mebibyte, fmt.Sprintf("Under 400 MiB in the snapshot too (peak %s)", mebibytes(worst))),
		},
	}, nil
}

// change is one transaction of the shop's day: mostly stock, some orders.
func (s *shop) change(i int) (string, []any) {
	const often = 5
	if i%often > 0 {
		return oneQuant(s.quants)(i)
	}
	return `UPDATE sale_order SET client_order_ref = 'WEB-' || id || '-' || $2::text, write_date = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = $1`,
		[]any{firstID + 1 + i*7919%s.orders, fmt.Sprint(i)}
}

// serveShop starts the bridge of the shop with a consumer and lets it catch up.
func (l *lab) serveShop(ctx context.Context, shop *shop, b *bridge) (*process, *consumer, error) {
	if err := l.emptyQueue(laneQueue); err != nil {
		return nil, nil, err
	}
	p, err := b.startReady(ctx)
	if err != nil {
		return nil, nil, err
	}
	c, err := consume(l.rabbit.URL(""), laneQueue, nil)
	if err != nil {
		return nil, nil, errors.Join(err, p.stop())
	}
	if err := l.settle(ctx, shop.db, b.slot, c); err != nil {
		return nil, nil, errors.Join(err, c.stop(), p.stop())
	}
	return p, c, nil
}

// directorySize adds up the files of a directory.
func directorySize(path string) (float64, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return 0, fmt.Errorf("measure the store: %w", err)
	}
	var total float64
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			continue // gone since
		}
		total += float64(info.Size())
	}
	return total, nil
}
