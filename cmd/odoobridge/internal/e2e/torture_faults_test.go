package e2e

import (
	"fmt"
	"strings"
	"syscall"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// faults are what TestTorture draws from. hit breaks something and returns
// what mends it, nil when nothing is left to mend.
var faults = []struct {
	name string
	hit  func(*rig) func(*rig)
}{
	{"kill -9 of the bridge", func(r *rig) func(*rig) {
		r.bridge.kill()
		return startBridge
	}},
	{"kill -9 of the bridge, back at once", func(r *rig) func(*rig) {
		r.bridge.kill()
		startBridge(r)
		return nil
	}},
	{"SIGTERM", func(r *rig) func(*rig) {
		r.bridge.signal(syscall.SIGTERM)
		return func(r *rig) {
			r.bridge.wait()
			startBridge(r)
		}
	}},
	{"SIGTERM twice", func(r *rig) func(*rig) {
		r.bridge.signal(syscall.SIGTERM)
		r.bridge.signal(syscall.SIGTERM)
		return func(r *rig) {
			r.bridge.wait()
			startBridge(r)
		}
	}},
	{"PostgreSQL's link cut", func(r *rig) func(*rig) {
		r.toPG.Cut()
		return nil
	}},
	{"PostgreSQL's link half-open", func(r *rig) func(*rig) {
		r.toPG.Stall()
		return func(r *rig) { r.toPG.Resume() }
	}},
	{"PostgreSQL unreachable", func(r *rig) func(*rig) {
		r.toPG.Refuse()
		r.toPG.Cut()
		return func(r *rig) { r.toPG.Accept() }
	}},
	{"walsender terminated", func(r *rig) func(*rig) {
		r.pg.Exec(r.t, r.dsn, `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active`)
		return nil
	}},
	{"PostgreSQL crashed", func(r *rig) func(*rig) {
		r.pg.Stop(r.t, true)
		r.pg.Start(r.t)
		return nil
	}},
	{"broker's link cut", func(r *rig) func(*rig) {
		r.toAMQP.Cut()
		return nil
	}},
	{"broker's link half-open", func(r *rig) func(*rig) {
		r.toAMQP.Stall()
		return func(r *rig) { r.toAMQP.Resume() }
	}},
	{"broker unreachable", func(r *rig) func(*rig) {
		r.toAMQP.Refuse()
		r.toAMQP.Cut()
		return func(r *rig) { r.toAMQP.Accept() }
	}},
	{"kill -9 of the broker", func(r *rig) func(*rig) {
		r.rabbit.Kill9(r.t)
		return func(r *rig) { r.rabbit.Start(r.t) }
	}},
	{"memory alarm", func(r *rig) func(*rig) {
		r.rabbit.Ctl(r.t, "set_vm_memory_high_watermark", "0.0000001")
		return func(r *rig) { r.rabbit.Ctl(r.t, "set_vm_memory_high_watermark", "0.8") }
	}},
	{"a replay", func(r *rig) func(*rig) {
		lane := []string{"all", "slow"}[r.draw.IntN(2)]
		// A bridge that another fault has ended takes none.
		r.bridge.verb("replay", "--channel", "golden", "--lane", lane, "--from", "20s", "--rate", "500", "--detach")
		return nil
	}},
	{"column added and dropped", func(r *rig) func(*rig) {
		column := fmt.Sprintf("x_torture_%d", r.draw.IntN(1_000_000))
		r.ddl(`ALTER TABLE res_partner ADD COLUMN ` + column + ` varchar DEFAULT 'x'`)
		return func(r *rig) { r.ddl(`ALTER TABLE res_partner DROP COLUMN ` + column + ` CASCADE`) }
	}},
}

// startBridge starts the bridge unless another fault's mending did.
func startBridge(r *rig) {
	if r.bridge.cmd != nil && r.bridge.running() {
		return
	}
	r.bridge.start("run")
}

// running reports whether the process has not ended.
func (p *process) running() bool {
	select {
	case err := <-p.done:
		p.done <- err
		return false
	default:
		return true
	}
}

// ddl waits for its lock among the writers, on a server that another fault may
// have taken down for a moment.
func (r *rig) ddl(sql string) {
	r.t.Helper()
	testkit.Eventually(r.t, patience, func() bool {
		conn, err := connect(r.t.Context(), r.dsn)
		if err != nil {
			return false
		}
		defer conn.Close(r.t.Context()) //nolint:errcheck // nothing is open on it
		_, err = conn.Exec(r.t.Context(), strings.Replace(sql, "ADD COLUMN", "ADD COLUMN IF NOT EXISTS", 1))
		return err == nil || strings.Contains(err.Error(), "does not exist")
	}, func() string { return "cannot run " + sql })
}
