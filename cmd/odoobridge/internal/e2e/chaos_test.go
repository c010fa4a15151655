package e2e

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	chaosFor  = flag.Duration("chaos.for", -1, "how long TestTheWholeBridgeTellsTheTruthWhateverHappens draws; 0: a few moments, with faults that need no waiting afterwards; below: not at all")
	chaosSeed = flag.Uint64("chaos.seed", 1, "seed of its draws; 0 takes one from the clock")
)

// A round ends with a look at everything. What a fault left open is looked at again by the bridge only when Odoo cannot be at work
// for it any more, so that rounds are not short.
const chaosRound = 3 * time.Minute

// TestTheWholeBridgeTellsTheTruthWhateverHappens has channels send commands of every kind, sensible and not, and people work in
// Odoo, while the bridge, Odoo, the broker, PostgreSQL and what connects them fail. When all is quiet, what is in Odoo
// and what the channels have heard is compared from outside: each command has one answer and the effect that the answer says,
// once; the last that a channel heard of each thing is what Odoo says of it. It runs on a live Odoo too (docs/LIVE.md).
func TestTheWholeBridgeTellsTheTruthWhateverHappens(t *testing.T) {
	t.Parallel()
	if *chaosFor < 0 {
		t.Skip("asked for by make chaos alone")
	}
	seed := *chaosSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("again: go test ./cmd/odoobridge/internal/e2e -run TestTheWholeBridge -args -chaos.seed %d -chaos.for %s -chaos.store %s", seed, *chaosFor, *chaosStore)
	m := newMarket(t, odooAtHand(t, os.Getenv, "18.0"), rand.New(rand.NewPCG(seed, 1)))
	end := time.Now().Add(*chaosFor)
	for round := uint64(1); round == 1 || time.Now().Before(end); round++ {
		told := m.open(seed+round, end)
		m.settle()
		t.Logf("round %d: %s; %s", round, strings.Join(told, ", "), m.summary())
		if t.Failed() {
			t.FailNow()
		}
	}
}

// open has everybody at work while faults happen, and returns which.
func (m *market) open(seed uint64, end time.Time) (told []string) {
	m.t.Helper()
	ctx, cancel := context.WithCancel(m.t.Context())
	var work sync.WaitGroup
	defer func() { cancel(); work.Wait() }()
	for i, one := range m.actors() {
		draw := rand.New(rand.NewPCG(seed, uint64(10+i)))
		work.Go(func() {
			for ctx.Err() == nil {
				one.act(ctx, draw)
			}
		})
	}
	if *chaosFor == 0 {
		for _, f := range m.faults() {
			m.worked(3)
			if f.gentle {
				told = append(told, m.suffer(f))
			}
		}
		m.worked(3)
		return told
	}
	if round := time.Now().Add(chaosRound); round.Before(end) {
		end = round
	}
	all := m.faults()
	for time.Now().Before(end) {
		m.worked(3 + m.draw.IntN(8))
		among := all
		if pair := m.pairFaults(); pair != nil && m.draw.IntN(2) == 0 {
			among = pair
		}
		told = append(told, m.suffer(among[m.draw.IntN(len(among))]))
	}
	m.worked(3)
	return told
}

// actor does one thing after the other, with pauses of its own.
type actor interface {
	act(ctx context.Context, draw *rand.Rand)
}

func (m *market) actors() (all []actor) {
	for _, s := range m.vendors {
		all = append(all, s)
	}
	return append(all, m.shed, &clerk{market: m}, &clerk{market: m})
}

// pause is up to so long.
func pause(ctx context.Context, draw *rand.Rand, most time.Duration) {
	select {
	case <-time.After(time.Duration(draw.Int64N(int64(most)))):
	case <-ctx.Done():
	}
}
