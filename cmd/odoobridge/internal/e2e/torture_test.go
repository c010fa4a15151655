package e2e

import (
	"context"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

var (
	tortureFor   = flag.Duration("torture.for", 20*time.Second, "how long TestTorture draws faults")
	tortureStore = flag.String("torture.store", "sqlite", "where the bridge of TestTorture keeps its store: sqlite or postgres")
	tortureSeed  = flag.Uint64("torture.seed", 0, "seed of TestTorture's draws; 0 takes one from the clock")
)

const tortureChannels = `  golden:
    initial: skip
    lanes:
      all: {entities: [customer, order, stock_level], pace: instant}
      slow: {entities: [customer, order, stock_level], pace: {conflate: 1s}}
`

// TestTorture draws faults at random, one or two at a time, while writers
// commit, roll back, delete and rewrite, and holds the queues against a model
// of what was committed: on the instant lane every committed change of every
// subject, once, in order, with nothing that was rolled back; on the conflated
// lane a part of it that ends with the truth.
func TestTorture(t *testing.T) {
	t.Parallel()
	seed := *tortureSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("again: go test ./cmd/odoobridge/internal/e2e -run TestTorture -args -torture.seed %d -torture.for %s -torture.store %s", seed, *tortureFor, *tortureStore)
	draw := rand.New(rand.NewPCG(seed, 1))
	r := newRig(t, draw)
	end := time.Now().Add(*tortureFor)
	for round := 1; round == 1 || time.Now().Before(end); round++ {
		var told []string
		writers := r.write(seed + uint64(round))
		for n := 0; n < 3 && (n == 0 || time.Now().Before(end)); n++ {
			told = append(told, r.suffer(writers))
		}
		writers.end()
		r.settle()
		t.Logf("round %d: %s; %d changes of %d subjects, %d rolled back, %d deliveries came again",
			round, strings.Join(told, ", "), r.model.changes, r.model.subjects(), r.model.rolledBack, r.instant.repeated()+r.slow.repeated())
		if t.Failed() {
			t.FailNow()
		}
	}
}

// rig is the bridge between a PostgreSQL and a RabbitMQ of its own, both
// reached through proxies, and two channels' consumers that reach theirs directly.
type rig struct {
	t             testing.TB
	draw          *rand.Rand
	pg            *testkit.PG
	rabbit        *testkit.Rabbit
	dsn           string // past the proxy
	toPG, toAMQP  *testkit.TCPProxy
	bridge        *process
	model         *model
	instant, slow *ear
}

func newRig(t *testing.T, draw *rand.Rand) *rig {
	t.Helper()
	testkit.OdooData(t, "17")
	// A walsender whose client is gone in silence lets go of the slot after this long.
	r := &rig{t: t, draw: draw, pg: testkit.StartPostgres(t, testkit.WithSetting("wal_sender_timeout", "3s")), rabbit: testkit.StartRabbitMQ(t)}
	r.dsn = r.pg.NewOdoo(t, "17")
	r.toPG, r.toAMQP = testkit.Proxy(t, r.pg.Addr()), testkit.Proxy(t, r.rabbit.Addr())
	s := setup{watched: true, dsn: through(r.dsn, r.pg.Addr(), r.toPG), amqp: through(r.rabbit.URL(), r.rabbit.Addr(), r.toAMQP), channels: tortureChannels}
	if *tortureStore == "postgres" { // on the server that crashes
		s.store = r.pg.NewDatabase(t)
	}
	r.bridge = newProcess(t, s)
	r.model = newModel(t, r.pg.Connect(t, r.dsn))
	r.bridge.run()
	r.instant = listenForEver(t, r.rabbit.URL(), "channel.golden.all", true)
	r.slow = listenForEver(t, r.rabbit.URL(), "channel.golden.slow", false)
	return r
}

func through(url, address string, proxy *testkit.TCPProxy) string {
	return strings.Replace(url, address, proxy.Addr(), 1)
}

// suffer breaks one or two things, lets the writers go on for a while, mends
// what was broken in any order, and lets them go on again.
func (r *rig) suffer(w *writers) string {
	r.t.Helper()
	w.attempts(50 + int64(r.draw.IntN(150)))
	chosen := r.draw.Perm(len(faults))[:1+r.draw.IntN(2)]
	var names []string
	var mend []func(*rig)
	if len(chosen) == 2 && endsBridge(chosen[0]) && endsBridge(chosen[1]) {
		chosen = chosen[:1] // a process that has ended takes no signal
	}
	for _, i := range chosen {
		names = append(names, faults[i].name)
		if heal := faults[i].hit(r); heal != nil {
			mend = append(mend, heal)
		}
	}
	w.attempts(20 + int64(r.draw.IntN(300)))
	for _, i := range r.draw.Perm(len(mend)) {
		mend[i](r)
	}
	return strings.Join(names, " + ")
}

// endsBridge reports whether the fault is one of the bridge's own process.
func endsBridge(fault int) bool {
	return strings.Contains(faults[fault].name, "of the bridge") || strings.HasPrefix(faults[fault].name, "SIG")
}

// settle waits until the channels have heard all that was committed, and holds
// what they heard against the model.
func (r *rig) settle() {
	r.t.Helper()
	r.bridge.ready()
	testkit.Eventually(r.t, 2*patience, func() bool {
		r.bridge.alive()
		return r.instant.caughtUp(r.model) && r.slow.caughtUp(r.model)
	}, func() string {
		return "not everything arrives: " + r.instant.missing(r.model) + " / " + r.slow.missing(r.model) + "\n" + tailOf(r.bridge.log.String())
	})
	r.instant.checkWhole(r.model)
	r.slow.checkPart(r.model)
	r.model.forget()
	r.instant.forget()
	r.slow.forget()
}

// write starts the writers of a round.
func (r *rig) write(seed uint64) *writers {
	ctx, cancel := context.WithCancel(r.t.Context())
	w := &writers{t: r.t, cancel: cancel}
	for i, keys := range r.model.shares(3) {
		one := &writer{model: r.model, dsn: r.dsn, keys: keys, draw: rand.New(rand.NewPCG(seed, uint64(i))), of: w}
		w.done.Go(func() { one.run(ctx) })
	}
	r.t.Cleanup(w.end)
	return w
}
