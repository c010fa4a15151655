package odoosim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// beyond are recordings of actions whose rows are not simulated one by one: see
// TestRecordedAccountingGivesTheRecordedFigures.
var beyond = []string{"19", "20", "22"}

// TestRecordedCallsWriteTheRecordedRows plays the recordings on two copies of
// a real Odoo's database: their SQL on one, their calls through the server on
// the other. Answers and rows written must be the same.
func TestRecordedCallsWriteTheRecordedRows(t *testing.T) {
	for _, release := range []string{"17", "18"} {
		t.Run(release, func(t *testing.T) { compareRows(t, release) })
	}
}

func compareRows(t *testing.T, release string) {
	pg := testkit.Postgres(t)
	real, simulated := newWatched(t, pg, release), newWatched(t, pg, release)
	server, err := New(context.Background(), simulated.dsn, Options{Now: testkit.RecordingDay})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	web := httptest.NewServer(server)
	defer web.Close()
	for _, r := range testkit.Recordings(t, release) {
		t.Run(r.Number+"-"+r.Name, func(t *testing.T) {
			before := r.Prepared()
			if slices.Contains(beyond, r.Number) {
				before = r.SQL
			}
			simulated.play(t, before)
			testkit.NumberOn(t, simulated.conn)
			simulated.forget(t)
			real.play(t, before)
			real.forget(t)
			real.play(t, r.SQL[len(before):])
			if slices.Contains(beyond, r.Number) {
				return
			}
			for _, call := range r.Calls {
				compareAnswers(t, call, r.Ask(t, web.URL, server.Database(), call))
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

// watched is a database that notes which columns every row change gave values.
type watched struct {
	conn *pgx.Conn
	dsn  string
}

func newWatched(t *testing.T, pg *testkit.PG, release string) *watched {
	t.Helper()
	dsn := pg.NewOdoo(t, release)
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

func (w *watched) play(t *testing.T, txs []testkit.RecordedSQLTx) {
	t.Helper()
	for _, tx := range txs {
		w.exec(t, tx.String())
	}
}

func (w *watched) forget(t *testing.T) { w.exec(t, "TRUNCATE watch.seen") }

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
