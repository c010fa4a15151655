package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// everything is a channel with one lane that takes all entities at once.
const everything = `  golden:
    odoo_login: channel_shopify
    initial: skip
    lanes:
      all: {entities: [customer, product, price, stock_level, order, shipment, return, stock_move, invoice, refund, payment], pace: instant}
`

const allQueue = "channel.golden.all"

// TestRecordingsArriveAsTheirGoldenEvents plays what a real Odoo wrote and
// compares what arrives in the channel's queue, recording by recording.
func TestRecordingsArriveAsTheirGoldenEvents(t *testing.T) {
	t.Parallel()
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			dsn, amqp := restored(t, release), testkit.RabbitMQ(t).NewVhost(t)
			p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: everything})
			p.run()
			queue, odoo := listen(t, amqp, allQueue), newPlayer(t, dsn)
			var got strings.Builder
			for _, r := range testkit.Recordings(t, release) {
				before := queue.len()
				odoo.play(r)
				p.caughtUp(odoo.end())
				queue.waitFor(delivered(t, p))
				fmt.Fprintf(&got, "%s-%s: %s\n", r.Number, r.Name, r.What)
				for _, e := range queue.from(before) {
					fmt.Fprintf(&got, "    %s\n", e.line())
				}
			}
			golden(t, release, got.String())
			if queue.repeated() != 0 {
				t.Errorf("%d events came twice", queue.repeated())
			}
		})
	}
}

func delivered(t *testing.T, p *process) int {
	t.Helper()
	s, err := p.status()
	if err != nil {
		t.Fatal(err)
	}
	return int(s.Lanes[0].Delivered)
}

func goldenPath(release string) string {
	return filepath.Join("testdata", "recordings-"+release+".golden")
}

func golden(t *testing.T, release, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(goldenPath(release), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenPath(release))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("events differ from the golden file (-want +got):\n%s", diff)
	}
}

// goldenEvents is the golden file's events without the recordings' names.
func goldenEvents(t *testing.T, release string) []string {
	t.Helper()
	text, err := os.ReadFile(goldenPath(release))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		if event, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "    "); found {
			lines = append(lines, event)
		}
	}
	return lines
}

func linesOf(events []received) []string {
	var lines []string
	for _, e := range events {
		lines = append(lines, e.line())
	}
	return lines
}

// TestRecordingsInOneBurstGiveTheSameEvents plays all of them while the bridge
// is down, so that it gets everything at once.
func TestRecordingsInOneBurstGiveTheSameEvents(t *testing.T) {
	t.Parallel()
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			dsn, amqp := restored(t, release), testkit.RabbitMQ(t).NewVhost(t)
			p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: everything})
			p.run()
			queue, odoo := listen(t, amqp, allQueue), newPlayer(t, dsn)
			if code := p.terminate(); code != 0 {
				t.Fatalf("exit code %d", code)
			}
			for _, r := range testkit.Recordings(t, release) {
				odoo.play(r)
			}
			p.run()
			p.caughtUp(odoo.end())
			want := goldenEvents(t, release)
			queue.waitFor(len(want))
			if diff := cmp.Diff(want, linesOf(queue.from(0))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestKilledBetweenAnyTwoRecordingsGivesTheSameEventsWithTheSameIDs runs two
// bridges on one database: one in peace, one that is killed with every
// recording, at a moment drawn at random. Both must tell the same story.
func TestKilledBetweenAnyTwoRecordingsGivesTheSameEventsWithTheSameIDs(t *testing.T) {
	t.Parallel()
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			draw := rand.New(rand.NewPCG(seed, 0))
			dsn, rabbit := restored(t, release), testkit.RabbitMQ(t)
			calmURL, wildURL := rabbit.NewVhost(t), rabbit.NewVhost(t)
			calm := newProcess(t, setup{dsn: dsn, amqp: calmURL, slot: "calm", channels: everything})
			calm.run()
			wild := newProcess(t, setup{dsn: dsn, amqp: wildURL, slot: "wild", channels: everything})
			wild.run()
			calmQueue, wildQueue := listen(t, calmURL, allQueue), listen(t, wildURL, allQueue)
			odoo := newPlayer(t, dsn)
			for _, r := range testkit.Recordings(t, release) {
				if len(r.SQL) == 0 {
					continue
				}
				at := draw.IntN(len(r.SQL) + 1)
				for i, tx := range r.SQL {
					if i == at {
						wild.kill()
					}
					odoo.exec(tx.String())
				}
				if at == len(r.SQL) {
					wild.kill()
				}
				wild.start("run")
			}
			wild.ready()
			end := odoo.end()
			calm.caughtUp(end)
			wild.caughtUp(end)
			want := goldenEvents(t, release)
			calmQueue.waitFor(len(want))
			wildQueue.waitFor(len(want))
			if diff := cmp.Diff(want, linesOf(calmQueue.from(0))); diff != "" {
				t.Errorf("the bridge in peace (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(bodies(calmQueue.from(0)), bodies(wildQueue.from(0))); diff != "" {
				t.Errorf("the killed bridge (-in peace +killed):\n%s", diff)
			}
			t.Logf("%d events came again after a kill, with equal ids and bodies", wildQueue.repeated())
		})
	}
}

func bodies(events []received) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.body)
	}
	return all
}
