package odoosim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// prepared says how many of a recording's transactions prepare it and have no
// recorded call: those are played as SQL.
var prepared = map[string]int{"16": 4, "33": 1, "45": 1}

// beyond are recordings of actions that are not simulated.
var beyond = []string{"19", "20", "21", "22"}

// wrongPassword are the recordings that log in with one.
var wrongPassword = []string{"02", "03"}

// TestRecordedCallsWriteTheRecordedRows plays the recordings on two copies of
// a real Odoo's database: their SQL on one, their calls through the server on
// the other. Answers and rows written must be the same.
func TestRecordedCallsWriteTheRecordedRows(t *testing.T) {
	pg := testkit.Postgres(t)
	real, simulated := newWatched(t, pg), newWatched(t, pg)
	server, err := New(context.Background(), simulated.dsn, Options{Now: recordingDay})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	web := httptest.NewServer(server)
	defer web.Close()
	for _, r := range testkit.Recordings(t, "17") {
		t.Run(r.Number+"-"+r.Name, func(t *testing.T) {
			before := len(r.SQL)
			if !slices.Contains(beyond, r.Number) {
				before = len(r.SQL) - recordedByCalls(r)
			}
			for _, tx := range r.SQL[:before] {
				simulated.play(t, tx)
			}
			simulated.catchUp(t)
			simulated.forget(t)
			for i, tx := range r.SQL {
				if i == before {
					real.forget(t)
				}
				real.play(t, tx)
			}
			if before == len(r.SQL) {
				real.forget(t)
			}
			if slices.Contains(beyond, r.Number) {
				return
			}
			for _, call := range r.Calls {
				compareAnswers(t, call, ask(t, web, server.Database(), r, call))
			}
			want, got := real.seen(t), simulated.seen(t)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("rows written (- recorded, + simulated):\n%s", diff)
			}
		})
	}
	for _, table := range written {
		if diff := cmp.Diff(real.content(t, table), simulated.content(t, table)); diff != "" {
			t.Errorf("%s in the end (- recorded, + simulated):\n%s", table, diff)
		}
	}
}

// recordingDay is the day on which the recordings were made, at the time of now:
// dates that Odoo counts from today are the same then.
func recordingDay() time.Time {
	now := time.Now().UTC()
	return time.Date(2026, 11, 23, now.Hour(), now.Minute(), now.Second(), now.Nanosecond(), time.UTC)
}

// written are the tables whose rows must be equal in the end, times apart.
var written = []string{
	"res_partner", "sale_order", "sale_order_line", "account_tax_sale_order_line_rel", "procurement_group", "stock_picking", "stock_move",
	"stock_move_line", "stock_quant", "stock_location", "product_template", "product_product", "product_pricelist", "product_pricelist_item", "res_lang",
}

// content is a table's rows without what the clock and the numbering decide.
func (w *watched) content(t *testing.T, table string) []string {
	t.Helper()
	rows, err := w.conn.Query(context.Background(), fmt.Sprintf(`SELECT (to_jsonb(t) - $1::text[])::text FROM public.%s t ORDER BY 1`, table),
		append([]string{"create_date", "write_date", "signup_token"}, clockColumns...))
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func recordedByCalls(r testkit.Recording) int {
	return len(r.SQL) - len(r.Setup) - prepared[r.Number]
}

// watched is a database that notes which columns every row change gave values.
type watched struct {
	conn *pgx.Conn
	dsn  string
}

func newWatched(t *testing.T, pg *testkit.PG) *watched {
	t.Helper()
	dsn := pg.NewDatabase(t)
	testkit.RestoreBaseline(t, dsn, "17")
	w := &watched{pg.Connect(t, dsn), dsn}
	w.exec(t, `SET search_path = public;
		CREATE SCHEMA watch;
		CREATE TABLE watch.seen (n bigserial, change text);
		CREATE FUNCTION watch.note() RETURNS trigger LANGUAGE plpgsql AS $$
		DECLARE was jsonb := '{}'; is_now jsonb := '{}'; columns text;
		BEGIN
			IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD); END IF;
			IF TG_OP <> 'DELETE' THEN is_now := to_jsonb(NEW); END IF;
			SELECT string_agg(COALESCE(n.key, o.key), ' ' ORDER BY COALESCE(n.key, o.key)) INTO columns
			FROM jsonb_each(is_now) n FULL JOIN jsonb_each(was) o ON n.key = o.key
			WHERE TG_OP <> 'DELETE' AND COALESCE(n.value, 'null') IS DISTINCT FROM COALESCE(o.value, 'null');
			INSERT INTO watch.seen (change) VALUES (TG_OP || ' ' || TG_TABLE_NAME || ': ' || COALESCE(columns, ''));
			RETURN NULL;
		END $$;
		DO $$ DECLARE r record; BEGIN
			FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
				EXECUTE format('CREATE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE ON public.%I FOR EACH ROW EXECUTE FUNCTION watch.note()', r.tablename);
			END LOOP;
		END $$`)
	return w
}

func (w *watched) exec(t *testing.T, sql string) {
	t.Helper()
	if _, err := w.conn.PgConn().Exec(context.Background(), sql).ReadAll(); err != nil {
		t.Fatal(err)
	}
}

func (w *watched) play(t *testing.T, tx testkit.RecordedSQLTx) {
	t.Helper()
	w.exec(t, tx.String())
}

func (w *watched) forget(t *testing.T) { w.exec(t, "TRUNCATE watch.seen") }

// catchUp has the sequences go on where the rows end that were played as SQL.
func (w *watched) catchUp(t *testing.T) {
	t.Helper()
	w.exec(t, `DO $$ DECLARE r record; top bigint; last bigint; BEGIN
		FOR r IN SELECT table_name, pg_get_serial_sequence('public.' || table_name, 'id') AS seq
			FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id' LOOP
			CONTINUE WHEN r.seq IS NULL;
			EXECUTE format('SELECT max(id) FROM public.%I', r.table_name) INTO top;
			EXECUTE 'SELECT last_value FROM ' || r.seq INTO last;
			IF top >= last THEN PERFORM setval(r.seq, top); END IF;
		END LOOP; END $$`)
}

// seen are the changes, sorted. Whether a time differs in whole seconds from
// the one before is the clock's doing and is left out.
func (w *watched) seen(t *testing.T) []string {
	t.Helper()
	rows, err := w.conn.Query(context.Background(), "SELECT change FROM watch.seen")
	if err != nil {
		t.Fatal(err)
	}
	changes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for i, change := range changes {
		changes[i] = normalChange(change)
	}
	slices.Sort(changes)
	return changes
}

// clockColumns hold whole seconds or days.
var clockColumns = []string{"date", "date_deadline", "scheduled_date", "date_order", "date_done", "effective_date", "in_date", "inventory_date"}

func normalChange(change string) string {
	if !strings.HasPrefix(change, "UPDATE") {
		return change
	}
	words := strings.Split(change, " ")
	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return slices.Contains(clockColumns, word) }), " ")
}

// ask sends a recorded request.
func ask(t *testing.T, web *httptest.Server, database string, r testkit.Recording, call testkit.RecordedCall) map[string]any {
	t.Helper()
	var request map[string]any
	if err := json.Unmarshal(call.Request, &request); err != nil {
		t.Fatal(err)
	}
	params := request["params"].(map[string]any)
	args := params["args"].([]any)
	if len(args) > 2 {
		if args[0] == "odoo17" || args[0] == "odoo18" {
			args[0] = database
		}
		login := map[string]string{"2": "admin", "8": "channel_shopify", "9": "channel_limited", "admin": "admin"}[fmt.Sprint(args[1])]
		args[2] = login
		if slices.Contains(wrongPassword, r.Number) {
			args[2] = "wrong"
		}
	}
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(web.URL+"/jsonrpc", "application/json", bytes.NewReader(body))
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

// compareAnswers wants the same answer, times and tracebacks apart.
func compareAnswers(t *testing.T, call testkit.RecordedCall, got map[string]any) {
	t.Helper()
	var want map[string]any
	if err := json.Unmarshal(call.Response, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(normalAnswer(want), normalAnswer(got)); diff != "" {
		t.Errorf("%s\nanswer (- recorded, + simulated):\n%s", call.Request, diff)
	}
}

func normalAnswer(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, item := range v {
			switch key {
			case "debug":
				out[key] = "…"
			default:
				out[key] = normalAnswer(item)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = normalAnswer(v[i])
		}
		return out
	case string:
		switch {
		case len(v) == 19 && v[4] == '-' && v[10] == ' ' && v[13] == ':':
			return "a time"
		case strings.HasPrefix(v, "connection to server"):
			return "connection to server…"
		}
	}
	return value
}
