package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// measureJournal takes the way from the log into the journal, without lanes,
// beside pg_recvlogical on the same log.
func measureJournal(ctx context.Context, l *lab) (*section, error) {
	n := l.scaled(backlog)
	n = max(n-n%1000, 1000)
	t := table{head: []string{"changes", "", "changes/s", "of pg_recvlogical", "CPU µs a change: itself", "walsender", "peak RSS"}}
	s := &section{
		title: "Log to journal",
		intro: fmt.Sprintf("%d changes of stock_quant, applied to the mirror, compared and journalled as events, without lanes; until the slot's position is confirmed. "+
			"min / **median** / max of %s.", n, l.roundsText()),
	}
	for _, kind := range []struct {
		name, slug string
		want       float64
		write      func(db *database, quants int) error
	}{
		{"single-row transactions", "single", 0.35, func(db *database, quants int) error { return db.singles(ctx, quants, n) }},
		{"transactions of 1,000 rows", "thousand", 0.25, func(db *database, quants int) error { return db.thousandRows(ctx, quants, n) }},
	} {
		results, err := l.journalRace(ctx, kind.slug, n, kind.write)
		if err != nil {
			return nil, err
		}
		limit := rates(results[recvName])
		for _, name := range []string{recvName, journalName} {
			all := results[name]
			t.add(kind.name, name, spread(rates(all), thousands), spread(rates(all).over(limit), ratio),
				micros(all, partyContestant, n), micros(all, partyWalsender, n), peak(all))
		}
		got := rates(results[journalName]).over(limit).median()
		s.notes = append(s.notes, target(got >= kind.want, fmt.Sprintf("At least %.2f of pg_recvlogical for %s (median %.2f)", kind.want, kind.name, got)))
	}
	s.tables = []table{t}
	return s, nil
}

const (
	recvName    = "pg_recvlogical"
	journalName = "odoobridge, no lanes"
)

// journalRace lets pg_recvlogical and a bridge without lanes read one log.
func (l *lab) journalRace(ctx context.Context, slug string, n int, write func(*database, int) error) (results map[string][]result, err error) {
	db, quants, err := l.quantDatabase(ctx, "bench_journal_"+slug)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.drop(context.WithoutCancel(ctx), l)) }()
	b, err := l.newBridge(ctx, db, "journal_"+slug, bridgeOptions{})
	if err != nil {
		return nil, err
	}
	if err := b.initialise(ctx); err != nil {
		return nil, err
	}
	read := "journal_recv_" + slug
	var end string
	prepare := func(int) error {
		if err := db.newSlot(ctx, read); err != nil {
			return err
		}
		if err := write(db, quants); err != nil {
			return err
		}
		end, err = db.end(ctx)
		return err
	}
	return l.compete(ctx, prepare, []contestant{
		{recvName, func(ctx context.Context) (result, error) { return l.recvlogical(ctx, db, read, end, n) }},
		{journalName, func(ctx context.Context) (result, error) { return l.confirm(ctx, b, end, n) }},
	}, func() error { return db.dropSlot(ctx, read) })
}

// confirm times how long a bridge takes to confirm the log up to end.
func (l *lab) confirm(ctx context.Context, b *bridge, end string, n int) (r result, err error) {
	p, err := b.start()
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	walsender, err := b.db.awaitActive(ctx, b.slot)
	if err != nil {
		return r, errors.Join(err, p.ended())
	}
	began := time.Now()
	used, err := watch(map[string]int{partyContestant: p.pid(), partyWalsender: walsender})
	if err != nil {
		return r, err
	}
	if err := b.db.awaitConfirmed(ctx, b.slot, end, drainLimit); err != nil {
		return r, errors.Join(err, p.ended())
	}
	r = result{rate: rate(n, time.Since(began)), cpu: used.used()}
	m, err := memoryOf(p.pid())
	r.peak = m.peak
	return r, err
}
