package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

// measurement is one section of the document.
type measurement struct {
	name string
	run  func(context.Context, *lab) (*section, error)
}

// measurements are all, in the document's order.
var measurements = []measurement{
	{"machine", describeMachine},
	{"limits", measureLimits},
	{"end-to-end", measureEndToEnd},
	{"peers", measurePeers},
	{"lanes", measureLanes},
	{"journal", measureJournal},
	{"latency", measureLatency},
	{"again", measureAgain},
	{"commands", measureCommands},
	{"snapshot", measureSnapshot},
	{"memory", measureMemory},
	{"huge-transaction", measureHuge},
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == contestantVerb {
		exit(asContestant(os.Args[2:]))
	}
	exit(run(os.Args[1:]))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(args []string) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	l := &lab{log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&l.rounds, "rounds", 3, "how often each contestant runs")
	flags.Float64Var(&l.scale, "scale", 1, "part of the full sizes, to try things out")
	only := flags.String("only", "", "measurements to make, with commas: "+strings.Join(names(), ", "))
	update := flags.Bool("update", false, "write the sections into docs/PERFORMANCE.md")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	if err := openLab(ctx, l); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	texts, err := measure(ctx, l, chosen)
	if *update {
		root, rootErr := repository()
		return errors.Join(err, rootErr, updateFile(filepath.Join(root, "docs", "PERFORMANCE.md"), names(), texts))
	}
	return err
}

// measure makes the sections, and prints each as it is made.
func measure(ctx context.Context, l *lab, chosen []measurement) (map[string]string, error) {
	texts := map[string]string{}
	for _, m := range chosen {
		l.log.Info("measuring", "what", m.name, "rounds", l.rounds, "scale", l.scale)
		s, err := m.run(ctx, l)
		if err != nil {
			return texts, fmt.Errorf("%s: %w", m.name, err)
		}
		if l.scale != 1 {
			s.notes = append(s.notes, fmt.Sprintf("Taken at %g of the full sizes.", l.scale))
		}
		texts[m.name] = s.markdown()
		fmt.Println(texts[m.name])
	}
	return texts, nil
}

func names() []string {
	all := make([]string, len(measurements))
	for i, m := range measurements {
		all[i] = m.name
	}
	return all
}

// choose returns the measurements with the given names, all for "".
func choose(only string) ([]measurement, error) {
	if only == "" {
		return measurements, nil
	}
	var chosen []measurement
	for name := range strings.SplitSeq(only, ",") {
		found := false
		for _, m := range measurements {
			if m.name == strings.TrimSpace(name) {
				chosen, found = append(chosen, m), true
			}
		}
		if !found {
			return nil, fmt.Errorf("no measurement %q: want some of %s", name, strings.Join(names(), ", "))
		}
	}
	return chosen, nil
}
