package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// prepared are the recordings some of whose transactions have no recorded call, and how many:
// those are played as SQL.
var prepared = map[string]int{"16": 4, "33": 1, "45": 1}

// TestTheSimulatedOdooGivesTheRecordedEvents makes the recorded API calls on the simulated
// Odoo, which works on a copy of the real one's database: the channel hears what it heard of the real one.
func TestTheSimulatedOdooGivesTheRecordedEvents(t *testing.T) {
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	server, err := odoosim.New(context.Background(), dsn, odoosim.Options{Now: recordingDay})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	defer func() { web.Close(); server.Close() }()
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: everything})
	p.run()
	queue, odoo := listen(t, amqp, allQueue), newPlayer(t, dsn)
	for _, r := range testkit.Recordings(t, "17") {
		for _, tx := range r.SQL[:len(r.Setup)+prepared[r.Number]] {
			odoo.exec(tx.String())
		}
		odoo.numberOn()
		for _, call := range r.Calls {
			callAgain(t, web.URL, server.Database(), r.Number, call)
		}
	}
	p.caughtUp(odoo.end())
	want := withoutClock(goldenEvents(t, "17"))
	queue.waitFor(len(want))
	if diff := cmp.Diff(want, withoutClock(linesOf(queue.from(0)))); diff != "" {
		t.Errorf("events (-recorded +simulated):\n%s", diff)
	}
}

// withoutClock leaves out whether confirming an order moved its date by a second.
func withoutClock(lines []string) []string {
	for i := range lines {
		lines[i] = strings.Replace(lines[i], "changed state,date,", "changed state,", 1)
	}
	return lines
}

// recordingDay is the day of the recordings, at the time of now.
func recordingDay() time.Time {
	now := time.Now().UTC()
	return time.Date(2026, 11, 23, now.Hour(), now.Minute(), now.Second(), now.Nanosecond(), time.UTC)
}

// numberOn has the sequences go on where the rows end that were played as SQL.
func (p *player) numberOn() {
	p.exec(`DO $$ DECLARE r record; top bigint; last bigint; BEGIN
		FOR r IN SELECT table_name, pg_get_serial_sequence('public.' || table_name, 'id') AS seq
			FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id' LOOP
			CONTINUE WHEN r.seq IS NULL;
			EXECUTE format('SELECT max(id) FROM public.%I', r.table_name) INTO top;
			EXECUTE 'SELECT last_value FROM ' || r.seq INTO last;
			IF top >= last THEN PERFORM setval(r.seq, top); END IF;
		END LOOP; END $$`)
}

// callAgain sends a recorded request with the passwords of the simulation.
func callAgain(t *testing.T, url, database, recording string, call testkit.RecordedCall) {
	t.Helper()
	var request map[string]any
	if err := json.Unmarshal(call.Request, &request); err != nil {
		t.Fatal(err)
	}
	if args := request["params"].(map[string]any)["args"].([]any); len(args) > 2 {
		if args[0] == "odoo17" {
			args[0] = database
		}
		args[2] = map[string]string{"2": "admin", "8": "channel_shopify", "9": "channel_limited", "admin": "admin"}[fmt.Sprint(args[1])]
		if recording == "02" || recording == "03" {
			args[2] = "wrong"
		}
	}
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(url+"/jsonrpc", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
}
