package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// settling is how long it may take until all is quiet: what an attempt left open is looked at again after a minute, and may meet another
// such attempt of the same thing.
func settling() time.Duration {
	if *chaosFor == 0 {
		return patience
	}
	return 8 * time.Minute
}

// settle lets everything come to rest and looks at all of it.
func (m *market) settle() {
	m.t.Helper()
	m.toOdoo.disarm()
	if m.server != nil {
		m.server.Heal()
	}
	m.restore()
	m.ready()
	var b *books
	var waits []string
	testkit.Eventually(m.t, settling(), func() bool {
		time.Sleep(200 * time.Millisecond)
		if !m.atWork() {
			waits = []string{"no bridge is at work"}
			return false
		}
		b = m.readBooks()
		waits = append(m.neglected(b), m.answersWaiting()...)
		return len(waits) == 0
	}, func() string {
		return fmt.Sprintf("%d things are not done: %v\n%s", len(waits), firstOf(waits), m.traces(waits))
	})
	m.bridge.caughtUp(m.end())
	b = m.readBooks() // what was read before may be older than the last answers
	m.tellsTheTruth()
	m.checkAnswers()
	m.checkOrders(b)
	m.checkMoney(b)
	m.checkGoods(b)
	m.checkCustomers()
	m.checkDead(b)
	for _, s := range append(m.vendors, m.shed.vendor) {
		s.lane.checkRevisions()
	}
	m.checkBridge()
}

// ready waits for the bridge, on a machine that may be short of everything.
func (m *market) ready() {
	m.t.Helper()
	var said []byte
	testkit.Eventually(m.t, settling(), func() bool {
		if !m.atWork() {
			return false
		}
		response, err := http.Get("http://" + m.bridge.address + "/readyz")
		if err != nil {
			return false
		}
		defer response.Body.Close()         //nolint:errcheck // nothing of it is needed
		said, _ = io.ReadAll(response.Body) // what there is of it is told
		return response.StatusCode == http.StatusOK
	}, func() string {
		return fmt.Sprintf("the bridge is not ready: %s\n%s", said, tailOf(m.bridge.log.String()))
	})
}

func firstOf(list []string) []string { return list[:min(len(list), 8)] }

// restore has the thing that people archive be sold again.
func (m *market) restore() {
	m.t.Helper()
	var err error
	testkit.Eventually(m.t, patience, func() bool {
		err = m.client.Write(context.Background(), "product.product", []int64{m.flip.id}, map[string]any{"active": true}, m.context)
		return err == nil
	}, func() string { return fmt.Sprintf("Odoo does not answer: %v", err) })
}

// traces is what the bridge says of the first of them, which are named with their ids in brackets.
func (m *market) traces(waits []string) (said string) {
	for _, one := range waits[:min(len(waits), 3)] {
		if _, id, named := strings.Cut(one, "("); named {
			out, errs, _ := m.bridge.verb("trace", strings.TrimSuffix(id, ")"))
			said += out + errs + "\n"
		}
	}
	return said
}

// answersWaiting are those that have not left.
func (m *market) answersWaiting() (what []string) {
	status, err := m.bridge.status()
	if err != nil {
		return []string{err.Error()}
	}
	for _, r := range status.Results {
		what = append(what, fmt.Sprintf("%+v", r))
	}
	return what
}

// neglected are the commands that have no answer though what they need is there, or stay parked for a thing that was archived and is back.
func (m *market) neglected(b *books) (all []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.wishes {
		last := w.final()
		back := last.Outcome == "parked" && w.wrong == "" && last.code() == "unknown_sku"
		if back || last.Outcome == "" && !b.lacks(w) {
			all = append(all, fmt.Sprintf("%s of %s (%s)", w.kind, w.subject, w.id))
		}
	}
	return all
}

func (m *market) end() change.LSN {
	m.t.Helper()
	conn, err := connect(m.t.Context(), m.dsn)
	if err != nil {
		m.t.Fatal(err)
	}
	defer conn.Close(m.t.Context()) //nolint:errcheck // nothing is open on it
	return (&player{m.t, conn}).end()
}

// checkBridge asks the bridge's own tools, and looks at its memory and at what it holds back of PostgreSQL's log.
func (m *market) checkBridge() {
	m.t.Helper()
	out, said, code := m.bridge.verb("verify", "--json")
	if code != 0 {
		m.t.Errorf("verify: exit %d, %s%s", code, out, said)
	}
	end := m.end()
	testkit.Eventually(m.t, patience, func() bool {
		conn, err := connect(m.t.Context(), m.dsn)
		if err != nil {
			return false
		}
		defer conn.Close(m.t.Context()) //nolint:errcheck // nothing is open on it
		return (&player{m.t, conn}).confirmed(m.atHand.name) >= end
	}, func() string { return "the slot holds back the log" })
	m.noteMemory()
	const most = 512 << 20
	if m.peak > most && !raceEnabled {
		m.t.Errorf("the bridge took %d MiB", m.peak>>20)
	}
}

// noteMemory notes the most memory that this bridge has had.
func (m *market) noteMemory() {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.bridge.cmd.Process.Pid))
	if err != nil {
		return
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kB, _ := strconv.ParseInt(fields[1], 10, 64)
			m.peak = max(m.peak, kB<<10)
		}
	}
}

// summary tells what there was.
func (m *market) summary() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	outcomes, waiting := map[string]int{}, 0
	for _, w := range m.wishes {
		a := w.final()
		if a.Outcome == "" {
			waiting++
			continue
		}
		outcomes[w.kind+" "+a.Outcome+" "+a.code()]++
	}
	events := 0
	for _, s := range append(m.vendors, m.shed.vendor) {
		s.lane.mu.Lock()
		events += len(s.lane.heard)
		s.lane.mu.Unlock()
	}
	text, _ := json.MarshalIndent(outcomes, "", " ")
	said := fmt.Sprintf("%d commands, %d of them wait, %d events, peak %d MiB, calls met %v, people did %v, in vain %v\n%s",
		len(m.wishes), waiting, events, m.peak>>20, m.toOdoo.met(), m.clerked, m.refused, text)
	for _, act := range slices.Sorted(maps.Keys(m.lastRefusal)) {
		said += fmt.Sprintf("\n%s: %.300s", act, m.lastRefusal[act])
	}
	return said
}
