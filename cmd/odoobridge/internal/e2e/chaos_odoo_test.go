package e2e

import (
	"time"

	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// odooFaults are what a simulated Odoo itself fails with, and its database.
func (m *market) odooFaults() []marketFault {
	if m.server == nil {
		return nil
	}
	few := func() int { return 2 + m.draw.IntN(10) }
	return []marketFault{
		{"slow Odoo", true, func(m *market) {
			m.server.Inject(odoosim.Fault{Delay: time.Duration(200+m.draw.IntN(2000)) * time.Millisecond, Times: few()})
			m.worked(2)
		}},
		{"serialization failures", true, func(m *market) { // after Odoo's own tries
			m.server.Inject(odoosim.Fault{Error: "psycopg2.errors.SerializationFailure", Message: "could not serialize access due to concurrent update\n", Times: few()})
			m.worked(2)
		}},
		{"half of an answer", false, func(m *market) { m.server.Inject(odoosim.Fault{Truncate: true, Times: few()}); m.worked(2) }},
		{"password changed and back", false, func(m *market) {
			m.locked.Store(true)
			time.Sleep(time.Duration(1+m.draw.IntN(5)) * time.Second)
			m.locked.Store(false)
		}},
		{"kill -9 of Odoo's server", false, func(m *market) {
			m.toOdoo.stop()
			m.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = '` + odoosim.Application + `'`)
			time.Sleep(time.Duration(1+m.draw.IntN(3)) * time.Second)
			m.toOdoo.start()
		}},
		{"crash of Odoo's PostgreSQL", false, func(m *market) {
			pg := testkit.PostgresAlone(m.t)
			pg.Stop(m.t, true)
			time.Sleep(time.Second)
			pg.Start(m.t)
		}},
	}
}
