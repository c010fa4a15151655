package e2e

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestTheSimulatedOdooGivesTheRecordedEvents makes the recorded API calls on the simulated
// Odoo, which works on a copy of the real one's database: the channel hears what it heard of the real one.
func TestTheSimulatedOdooGivesTheRecordedEvents(t *testing.T) {
	t.Parallel()
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			dsn, amqp := restored(t, release), testkit.RabbitMQ(t).NewVhost(t)
			server, err := odoosim.New(context.Background(), dsn, odoosim.Options{Now: testkit.RecordingDay})
			if err != nil {
				t.Fatal(err)
			}
			web := httptest.NewServer(server)
			defer func() { web.Close(); server.Close() }()
			p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: everything})
			p.run()
			queue, odoo := listen(t, amqp, allQueue), newPlayer(t, dsn)
			for _, r := range testkit.Recordings(t, release) {
				for _, tx := range r.Prepared() {
					odoo.exec(tx.String())
				}
				testkit.NumberOn(t, odoo.conn)
				for _, call := range r.Calls {
					r.Ask(t, web.URL, server.Database(), call)
				}
			}
			p.caughtUp(odoo.end())
			want := withoutClock(goldenEvents(t, release))
			queue.waitFor(len(want))
			if diff := cmp.Diff(want, withoutClock(linesOf(queue.from(0)))); diff != "" {
				t.Errorf("events (-recorded +simulated):\n%s", diff)
			}
		})
	}
}

// withoutClock leaves out whether confirming an order moved its date by a second.
func withoutClock(lines []string) []string {
	for i := range lines {
		lines[i] = strings.Replace(lines[i], "changed state,date,", "changed state,", 1)
	}
	return lines
}
