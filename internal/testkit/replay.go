package testkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// RecordingDay is the day on which the recordings were made, at the time of now:
// dates that Odoo counts from today are the same then.
func RecordingDay() time.Time {
	now := time.Now().UTC()
	return time.Date(2026, 11, 23, now.Hour(), now.Minute(), now.Second(), now.Nanosecond(), time.UTC)
}

// uncalled says how many of a recording's transactions prepare it and have no
// recorded call.
var uncalled = map[string]int{"16": 4, "33": 1, "45": 1}

// wrongPassword are the recordings that log in with one.
var wrongPassword = []string{"02", "03"}

// Prepared are the transactions that must be played as SQL before the recorded
// calls are made again; those after them are what the calls wrote.
func (r Recording) Prepared() []RecordedSQLTx { return r.SQL[:len(r.Setup)+uncalled[r.Number]] }

// logins are the users of the recorded database, by how calls name them.
var logins = map[string]string{"2": "admin", "8": "channel_shopify", "9": "channel_limited", "admin": "admin"}

// Ask makes one of the recorded calls on another server, on whose database
// every password is the login, and returns the answer.
func (r Recording) Ask(t testing.TB, url, database string, call RecordedCall) map[string]any {
	t.Helper()
	resp, err := http.Post(url+"/jsonrpc", "application/json", bytes.NewReader(r.request(t, database, call)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return answer
}

// request is the call with the database and the passwords put in that the
// recording has not.
func (r Recording) request(t testing.TB, database string, call RecordedCall) []byte {
	t.Helper()
	var request map[string]any
	if err := json.Unmarshal(call.Request, &request); err != nil {
		t.Fatal(err)
	}
	if args := request["params"].(map[string]any)["args"].([]any); len(args) > 2 {
		if args[0] == "odoo17" || args[0] == "odoo18" {
			args[0] = database
		}
		args[2] = logins[fmt.Sprint(args[1])]
		if slices.Contains(wrongPassword, r.Number) {
			args[2] = "wrong"
		}
	}
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// NumberOn has the sequences go on where the rows end that were played as SQL.
func NumberOn(t testing.TB, conn *pgx.Conn) {
	t.Helper()
	_, err := conn.PgConn().Exec(t.Context(), `DO $$ DECLARE r record; top bigint; last bigint; BEGIN
		FOR r IN SELECT table_name, pg_get_serial_sequence('public.' || table_name, 'id') AS seq
			FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id' LOOP
			CONTINUE WHEN r.seq IS NULL;
			EXECUTE format('SELECT max(id) FROM public.%I', r.table_name) INTO top;
			EXECUTE 'SELECT last_value FROM ' || r.seq INTO last;
			IF top >= last THEN PERFORM setval(r.seq, top); END IF;
		END LOOP; END $$`).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
}
