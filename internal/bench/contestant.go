package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

// contestantVerb as the first argument makes this program one of the limits,
// in a process of its own as the bridge is.
const contestantVerb = "contestant"

// asContestant runs until it is done or told to stop.
func asContestant(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := contest(ctx, args)
	if ctx.Err() != nil && (err == nil || errors.Is(err, ctx.Err())) {
		return nil
	}
	return err
}

func contest(ctx context.Context, args []string) error {
	switch {
	case len(args) == 5 && args[0] == "publish":
		m, err := loadMessage(args[3])
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(args[4])
		if err != nil {
			return err
		}
		took, err := publishMany(ctx, args[1], args[2], m, n)
		fmt.Println(took)
		return err
	case len(args) == 5 && args[0] == "pass-through":
		return runPassThrough(ctx, args[1], args[2], args[3], args[4])
	case len(args) == 5 && args[0] == "batches":
		return runBatches(ctx, args[1], args[2], args[3], args[4])
	case len(args) == 5 && args[0] == "watermill":
		return runWatermill(ctx, args[1], args[2], args[3], args[4])
	}
	return fmt.Errorf("unknown contestant %q", args)
}

// startPassThrough starts the pass-through from a slot into a queue.
func (l *lab) startPassThrough(dsn, slot, queue string) (*process, error) {
	return l.startRowPublisher("pass-through", dsn, slot, queue)
}

// startRowPublisher starts one of the row publishers from a slot into a queue.
func (l *lab) startRowPublisher(kind, dsn, slot, queue string) (*process, error) {
	return start(l.self, contestantVerb, kind, dsn, slot, l.rabbit.URL(""), queue)
}

// startPublisher starts the raw publisher, which ends after n confirms and
// prints how long they took.
func (l *lab) startPublisher(queue string, n int) (*process, error) {
	file := l.path("sample.json")
	if err := l.sample.save(file); err != nil {
		return nil, err
	}
	return start(l.self, contestantVerb, "publish", l.rabbit.URL(""), queue, file, strconv.Itoa(n))
}
