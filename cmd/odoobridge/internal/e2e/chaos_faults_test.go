package e2e

import (
	"os"
	"os/exec"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// marketFault is what may happen to a market. A gentle one leaves nobody in doubt what became of a call, so that nothing has to be waited
// for afterwards.
type marketFault struct {
	name   string
	gentle bool
	hit    func(m *market)
}

// crashCommand, in the environment, kills a live Odoo with -9 and starts it again, when it is run with "server"; or one of its workers, with
// "worker".
const crashCommand = "ODOO_CRASH"

func (m *market) faults() []marketFault {
	all := []marketFault{
		{"kill -9 of the bridge", false, func(m *market) { m.crash() }},
		{"bridge stands still", false, func(m *market) { m.freeze() }},
		{"SIGTERM to the bridge", true, func(m *market) { m.atWork(); m.noteMemory(); m.bridge.terminate(); m.bridge.start("run") }},
		{"broker's link cut", true, func(m *market) { m.toAMQP.Cut() }},
		{"broker's link half-open", false, func(m *market) { m.toAMQP.Stall(); m.worked(2); m.toAMQP.Resume() }},
		{"kill -9 of the broker", false, func(m *market) { m.rabbit.Kill9(m.t); time.Sleep(time.Second); m.rabbit.Start(m.t) }},
		{"broker's memory alarm", false, func(m *market) { defer m.rabbit.Alarm(m.t)(); time.Sleep(3 * time.Second) }},
		{"PostgreSQL's link cut", true, func(m *market) { m.toPG.Cut() }},
		{"PostgreSQL's link half-open", false, func(m *market) { m.toPG.Stall(); m.worked(2); m.toPG.Resume() }},
		{"walsender terminated", true, func(m *market) {
			m.sql(`SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '` + m.atHand.name + `' AND active`)
		}},
		{"all connections to the database terminated", false, func(m *market) {
			m.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user`)
		}},
		{"answers lost", false, func(m *market) { m.toOdoo.arm(answerLost, 1+m.draw.IntN(3)); m.worked(2) }},
		{"answers late", true, func(m *market) { m.toOdoo.arm(answerLate, 1+m.draw.IntN(3)); m.worked(2) }},
		{"no answer", false, func(m *market) { m.toOdoo.arm(answerNever, 1+m.draw.IntN(2)); m.worked(2) }},
		{"requests lost", false, func(m *market) { m.toOdoo.arm(requestLost, 1+m.draw.IntN(3)); m.worked(2) }},
		{"502 after Odoo's commit", false, func(m *market) { m.toOdoo.arm(badGateway, 1+m.draw.IntN(3)); m.worked(2) }},
		{"Odoo away", false, func(m *market) {
			m.toOdoo.stop()
			time.Sleep(time.Duration(2+m.draw.IntN(10)) * time.Second)
			m.toOdoo.start()
		}},
		{"429 of a proxy", true, func(m *market) { m.toOdoo.arm(tooMany, 1+m.draw.IntN(3)); m.worked(2) }},
	}
	all = append(append(all, m.odooFaults()...), m.pairFaults()...)
	if command := os.Getenv(crashCommand); command != "" && m.server == nil {
		for _, what := range []string{"worker", "server"} {
			all = append(all, marketFault{"kill -9 of Odoo's " + what, false, func(m *market) {
				if out, err := exec.Command("sh", "-c", command+" "+what).CombinedOutput(); err != nil {
					m.t.Logf("%s %s: %v\n%s", command, what, err, out) // no worker was there to be killed
				}
			}})
		}
	}
	return all
}

// suffer has a fault happen, and returns its name.
func (m *market) suffer(f marketFault) string {
	m.t.Helper()
	m.t.Logf("%s: %s", time.Now().UTC().Format(time.TimeOnly), f.name)
	f.hit(m)
	return f.name
}

// worked waits until so many commands more have their answer; with a fault not long, for it may hold back all of them.
func (m *market) worked(n int) {
	target, end := m.answered()+n, time.Now().Add(20*time.Second)
	for m.answered() < target && time.Now().Before(end) && m.t.Context().Err() == nil {
		time.Sleep(50 * time.Millisecond)
	}
}

// sql runs on Odoo's database, which may be away for a moment.
func (m *market) sql(statement string) {
	m.t.Helper()
	testkit.Eventually(m.t, patience, func() bool {
		conn, err := connect(m.t.Context(), m.dsn)
		if err != nil {
			return false
		}
		defer conn.Close(m.t.Context()) //nolint:errcheck // nothing is open on it
		_, err = conn.Exec(m.t.Context(), statement)
		return err == nil
	}, func() string { return "cannot run " + statement })
}
