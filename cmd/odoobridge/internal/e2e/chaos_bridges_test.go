package e2e

import (
	"flag"
	"syscall"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

var chaosStore = flag.String("chaos.store", "sqlite", "where TestTheWholeBridgeTellsTheTruthWhateverHappens has its bridge remember: sqlite, or postgres, which two bridges share")

// runBridges has one bridge with a store of its own, or two with one store, of which one is at work.
func (m *market) runBridges(s setup) {
	m.t.Helper()
	if *chaosStore != "postgres" {
		m.bridge = m.process(s)
		m.bridge.run()
		return
	}
	m.storage = testkit.StartPostgres(m.t)
	m.toStore = testkit.Proxy(m.t, m.storage.Addr())
	s.store = through(m.storage.NewDatabase(m.t), m.storage.Addr(), m.toStore)
	m.bridge, m.second = m.process(s), m.process(s)
	m.bridge.run()
	m.bridge.in("active")
	m.second.start("run")
	m.second.in("standby")
}

// atWork says whether a bridge is at work, which m.bridge is then.
func (m *market) atWork() bool {
	m.t.Helper()
	for _, one := range []*process{m.bridge, m.second} {
		if one == nil {
			continue
		}
		one.alive()
		if s, err := one.status(); err == nil && (m.second == nil || s.Store.State == "active") {
			if one != m.bridge {
				m.bridge, m.second = one, m.bridge
			}
			return true
		}
	}
	return false
}

// crash ends the bridge at work as a power cut would, and starts it again. With two it is the stand-by then, as a rule.
func (m *market) crash() {
	m.atWork()
	m.noteMemory()
	m.bridge.kill()
	m.bridge.start("run")
}

// freeze has the bridge at work stand still, as a machine that swaps or a virtual one that is moved, until the other one is at work if
// there is one.
func (m *market) freeze() {
	m.t.Helper()
	m.atWork()
	frozen := m.bridge
	frozen.signal(syscall.SIGSTOP)
	defer frozen.signal(syscall.SIGCONT)
	if m.second == nil {
		time.Sleep(5 * time.Second)
		return
	}
	m.bridge, m.second = m.second, m.bridge
	m.bridge.in("active")
	m.worked(2)
}

// pairFaults are those of two bridges and the store that they share.
func (m *market) pairFaults() []marketFault {
	if m.second == nil {
		return nil
	}
	return []marketFault{
		{"kill -9 of the one at work", false, func(m *market) { m.crash() }},
		{"the one at work stands still", false, func(m *market) { m.freeze() }},
		{"kill -9 of both bridges", false, func(m *market) {
			m.bridge.kill()
			m.second.kill()
			m.bridge.start("run")
			m.second.start("run")
		}},
		{"kill -9 of the stand-by", true, func(m *market) { m.atWork(); m.second.kill(); m.second.start("run") }},
		{"store's link cut", false, func(m *market) { m.toStore.Cut() }},
		{"store's link half-open", false, func(m *market) { m.toStore.Stall(); m.worked(2); m.toStore.Resume() }},
		{"crash of the store's server", false, func(m *market) { m.storage.Stop(m.t, true); time.Sleep(time.Second); m.storage.Start(m.t) }},
	}
}
