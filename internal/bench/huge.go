package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// measureHuge takes one transaction of a million row updates.
func measureHuge(ctx context.Context, l *lab) (s *section, err error) {
	shop, b, err := l.mirroredShop(ctx)
	if err != nil {
		return nil, err
	}
	p, c, err := l.serveShop(ctx, shop, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.stop(), p.stop()) }()
	before, err := memoryOf(p.pid())
	if err != nil {
		return nil, err
	}
	walsender, err := shop.db.awaitActive(ctx, b.slot)
	if err != nil {
		return nil, err
	}
	delivered := c.received.Load()
	if err := shop.db.exec(ctx, `UPDATE stock_quant SET quantity = quantity + 1, write_date = clock_timestamp() AT TIME ZONE 'UTC' WHERE id > $1`, firstID); err != nil {
		return nil, err
	}
	committed := time.Now()
	end, err := shop.db.end(ctx)
	if err != nil {
		return nil, err
	}
	if err := shop.db.awaitConfirmed(ctx, b.slot, end, drainLimit); err != nil {
		return nil, errors.Join(err, p.ended())
	}
	confirmed := time.Since(committed)
	if err := l.settle(ctx, shop.db, b.slot, c); err != nil {
		return nil, errors.Join(err, p.ended())
	}
	after, err := memoryOf(p.pid())
	if err != nil {
		return nil, err
	}
	still, err := shop.db.awaitActive(ctx, b.slot)
	if err != nil {
		return nil, err
	}
	timeouts, err := l.walsenderTimeouts()
	if err != nil {
		return nil, err
	}
	t := table{head: []string{"odoobridge", ""}}
	t.add("resident set before", mebibytes(before.now))
	t.add("peak", mebibytes(after.peak))
	t.add("resident set after", mebibytes(after.now))
	t.add("commit → position confirmed", seconds(confirmed.Seconds())+" s")
	t.add("events delivered", fmt.Sprint(c.received.Load()-delivered))
	t.add("walsender", fmt.Sprintf("%d time-outs, same process throughout: %t", timeouts, still == walsender))
	return &section{
		title: "One transaction of a million rows",
		intro: fmt.Sprintf("%d rows of stock_quant updated in one transaction, with the shop of the section on memory mirrored, one instant lane, a consumer attached. "+
			"wal_sender_timeout is PostgreSQL's default of 60 s.", shop.quants),
		tables: []table{t},
		notes: []string{
			target(after.peak < 600*mebibyte, fmt.Sprintf("Under 600 MiB (peak %s)", mebibytes(after.peak))),
			target(timeouts == 0 && still == walsender, "The walsender never times out"),
		},
	}, nil
}

// walsenderTimeouts counts in the server's log.
func (l *lab) walsenderTimeouts() (int, error) {
	raw, err := os.ReadFile(l.pg.LogPath())
	if err != nil {
		return 0, fmt.Errorf("read the server's log: %w", err)
	}
	return strings.Count(string(raw), "terminating walsender process due to replication timeout"), nil
}
