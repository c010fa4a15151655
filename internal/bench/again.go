package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// measureAgain takes what is sent again: a replay of the journal into a lane,
// and a resync that reads all tables and puts out what changed unheard.
func measureAgain(ctx context.Context, l *lab) (s *section, err error) {
	db, quants, err := l.quantDatabase(ctx, "bench_again")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.drop(context.WithoutCancel(ctx), l)) }()
	b, err := l.newBridge(ctx, db, "again", bridgeOptions{lane: true})
	if err != nil {
		return nil, err
	}
	if err := b.initialise(ctx); err != nil {
		return nil, err
	}
	n := l.scaled(backlog)
	n = max(n-n%writers, writers*100)
	t := table{head: []string{"", "a second", "of live delivery"}}
	var live, again, read, told series
	for range l.rounds {
		since := time.Now()
		if err := errors.Join(l.emptyQueue(laneQueue), db.singles(ctx, quants, n)); err != nil {
			return nil, err
		}
		r, err := l.deliver(ctx, db, b.slot, laneQueue, n, b.start)
		if err != nil {
			return nil, err
		}
		live = append(live, r.rate)
		took, err := l.replay(ctx, b, since, n)
		if err != nil {
			return nil, err
		}
		again = append(again, rate(n, took))
		changed := quants / 20
		took, err = l.resync(ctx, db, b, changed)
		if err != nil {
			return nil, err
		}
		read, told = append(read, took.Seconds()), append(told, float64(changed))
	}
	t.add("live, a backlog from the log", spread(live, thousands), "1.00")
	t.add("replay of the same events, `--rate 1000000`", spread(again, thousands), spread(again.over(live), ratio))
	r := table{head: []string{"resync", ""}}
	r.add("rows changed while the slot was gone, all of which were told, and nothing else", whole(told[0]))
	r.add("of quants mirrored", fmt.Sprint(quants))
	r.add("seconds from start to the last event, reading all tables included", spread(read, seconds))
	return &section{
		title:  "Sending again",
		intro:  fmt.Sprintf("%d events delivered live and then replayed into the same lane with a consumer attached. min / **median** / max of %s.", n, l.roundsText()),
		tables: []table{t, r},
		notes:  []string{"A replay shares its lane's connection and gives way to live events; its rate is 200 a second unless the operator asks for more."},
	}, nil
}

// replay times how long all events committed since then take to come once more.
func (l *lab) replay(ctx context.Context, b *bridge, since time.Time, n int) (took time.Duration, err error) {
	if err := l.emptyQueue(laneQueue); err != nil {
		return 0, err
	}
	p, err := b.startReady(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	c, err := consume(l.rabbit.URL(""), laneQueue, nil)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	began := time.Now()
	cmd := exec.CommandContext(ctx, l.bridgeBinary, "replay", "--config", b.config, "--channel", laneChannel, "--lane", laneName, "--from", since.UTC().Format(time.RFC3339Nano), "--rate", "1000000", "--detach")
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("replay: %w\n%s", err, out)
	}
	last, err := c.await(ctx, n, drainLimit, p.ended)
	return last.Sub(began), err
}

// resync drops the slot, changes so many rows, and times how long it takes
// until all of them are told.
func (l *lab) resync(ctx context.Context, db *database, b *bridge, changed int) (took time.Duration, err error) {
	if err := errors.Join(l.emptyQueue(laneQueue), db.dropSlot(ctx, b.slot)); err != nil {
		return 0, err
	}
	if err := db.exec(ctx, `UPDATE stock_quant SET quantity = quantity + 1, write_date = clock_timestamp() AT TIME ZONE 'UTC' WHERE id > $1 AND id <= $2`, firstID, firstID+changed); err != nil {
		return 0, err
	}
	c, err := consume(l.rabbit.URL(""), laneQueue, nil)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	began := time.Now()
	p, err := start(l.bridgeBinary, "resync", "--config", b.config)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	last, err := c.await(ctx, changed, drainLimit, p.ended)
	if err != nil {
		return 0, err
	}
	if err := c.quiet(ctx, time.Second); err != nil {
		return 0, err
	}
	if extra := int(c.received.Load()) - changed; extra != 0 {
		fmt.Fprintf(os.Stderr, "bench: resync told %d things that had not changed\n", extra)
	}
	return last.Sub(began), nil
}
