package main

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestTheLimitsCanBeMeasured(t *testing.T) {
	l := testLab(t)
	t.Run("rates", func(t *testing.T) { limitRates(t, l) })
	t.Run("latency of the pass-through", func(t *testing.T) { passThroughLatency(t, l) })
	t.Run("a large shop", func(t *testing.T) { largeShop(t, l) })
	t.Run("a large shop of the simulated Odoo", func(t *testing.T) { simulatedShop(t, l) })
}

func limitRates(t *testing.T, l *lab) {
	s, err := measureLimits(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	if rows := s.tables[0].rows; len(rows) != 4 {
		t.Errorf("%d limits of 4", len(rows))
	}
	if text := s.markdown(); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
		t.Errorf("a figure is missing:\n%s", text)
	}
}

func passThroughLatency(t *testing.T, l *lab) {
	db, quants, err := l.quantDatabase(t.Context(), "bench_try")
	if err != nil {
		t.Fatal(err)
	}
	const slot, queue = "try_pass", "bench.try"
	if err := db.publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.newSlot(t.Context(), slot); err != nil {
		t.Fatal(err)
	}
	writes := load{dsn: db.dsn, perSec: 100, duration: time.Second, sessions: 2, statement: oneQuant(quants)}
	figures := map[string]series{}
	reader := func() (*process, error) { return l.startPassThrough(db.dsn, slot, queue) }
	if err := l.delay(t.Context(), db, slot, queue, writes, reader, figures); err != nil {
		t.Fatal(err)
	}
	if p50 := figures["p50"].median(); p50 <= 0 || p50 > 10_000 {
		t.Errorf("half of the messages took %v ms", p50)
	}
	if err := db.drop(t.Context(), l); err != nil {
		t.Error(err)
	}
}

func largeShop(t *testing.T, l *lab) {
	shop, err := l.largeShop(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]int{
		"product_product": shop.products, "stock_quant": shop.quants, "res_partner": shop.customers,
		"sale_order": shop.orders, "sale_order_line": linesEach * shop.orders,
	} {
		var n int
		if err := shop.db.conn.QueryRow(t.Context(), `SELECT count(*) FROM `+table+` WHERE id > $1`, firstID).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n != want {
			t.Errorf("%d rows of %s, want %d", n, table, want)
		}
	}
	for i := range 10 {
		sql, args := shop.change(i)
		tag, err := shop.db.conn.Exec(t.Context(), sql, args...)
		if err != nil || tag.RowsAffected() != 1 {
			t.Errorf("change %d: %d rows, %v", i, tag.RowsAffected(), err)
		}
	}
}

func simulatedShop(t *testing.T, l *lab) {
	if err := l.execOn(t.Context(), "postgres", "CREATE DATABASE bench_simulated"); err != nil {
		t.Fatal(err)
	}
	dsn := l.pg.DSN("bench_simulated")
	if err := installSimulated(t.Context(), dsn); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	s := shop{db: &database{name: "bench_simulated", dsn: dsn, conn: conn}, products: 20, customers: 5, orders: 10}
	if err := s.fill(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.db.drop(t.Context(), l); err != nil {
		t.Error(err)
	}
}
