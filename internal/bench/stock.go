package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// id is SQL for the id of the made row with the number in expression.
func id(expression string) string { return firstIDText + " + " + expression }

// makeProducts adds products with one variant each.
func makeProducts(ctx context.Context, conn *pgx.Conn, n int) error {
	if err := clone(ctx, conn, "product_template", n, "active", map[string]string{
		"id":           id("g"),
		"name":         `jsonb_build_object('en_US', 'Product number ' || g, 'de_DE', 'Artikel Nummer ' || g)`,
		"default_code": `'BENCH-' || g`,
	}); err != nil {
		return err
	}
	return clone(ctx, conn, "product_product", n, "active", map[string]string{
		"id": id("g"), "product_tmpl_id": id("g"),
		"default_code": `'BENCH-' || g`, "barcode": `'40' || lpad(g::text, 11, '0')`,
	})
}

// place is a location that has stock.
type place struct{ location, company int }

// stockPlaces are the stock locations of the first warehouses.
func stockPlaces(ctx context.Context, conn *pgx.Conn, warehouses int) ([]place, error) {
	rows, err := conn.Query(ctx, `SELECT lot_stock_id, company_id FROM stock_warehouse ORDER BY id LIMIT $1`, warehouses)
	if err != nil {
		return nil, fmt.Errorf("read the warehouses: %w", err)
	}
	places, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p place, err error) {
		return p, row.Scan(&p.location, &p.company)
	})
	if err != nil {
		return nil, fmt.Errorf("read the warehouses: %w", err)
	}
	if len(places) < warehouses {
		return nil, fmt.Errorf("%d warehouses of %d", len(places), warehouses)
	}
	return places, nil
}

// makeShelf adds a location within another one.
func makeShelf(ctx context.Context, conn *pgx.Conn, within place, number int) (place, error) {
	shelf := place{firstID + number, within.company}
	err := clone(ctx, conn, "stock_location", 1, fmt.Sprintf("id = %d", within.location), map[string]string{
		"id": strconv.Itoa(shelf.location), "location_id": "was.id",
		"parent_path":   fmt.Sprintf("was.parent_path || '%d/'", shelf.location),
		"name":          fmt.Sprintf("'Shelf %d'", number),
		"complete_name": fmt.Sprintf("was.complete_name || '/Shelf %d'", number),
	})
	return shelf, err
}

// makeStock gives each of the first n made products one quant in each of the
// places. Quants of place p have ids from firstID + p*n + 1.
func makeStock(ctx context.Context, conn *pgx.Conn, n int, places []place) error {
	for p, at := range places {
		if err := clone(ctx, conn, "stock_quant", n, "lot_id IS NULL", map[string]string{
			"id": id(fmt.Sprintf("%d + g", p*n)), "product_id": id("g"),
			"location_id": strconv.Itoa(at.location), "company_id": strconv.Itoa(at.company),
			"quantity": "1000 + g % 1000", "reserved_quantity": "g % 7",
		}); err != nil {
			return err
		}
	}
	return nil
}

// writers is how many sessions write a backlog of single-row transactions.
const writers = 2

// evenly is how many transactions so many are when all writers have their share.
func (l *lab) evenly(n int) int {
	n = l.scaled(n)
	return n - n%writers
}

// backlogProcedure changes the quantity of one quant after the other, a
// transaction each, in an order that is not the table's.
const backlogProcedure = `CREATE OR REPLACE PROCEDURE bench_backlog(writer int, writers int, quants int, transactions int) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1..transactions LOOP
    UPDATE stock_quant SET quantity = quantity + 1, write_date = clock_timestamp() AT TIME ZONE 'UTC'
      WHERE id = 1 + writer + writers * ((i::bigint * 7919) % (quants / writers)) + ` + firstIDText + `;
    COMMIT;
  END LOOP;
END $$`

// singles writes a backlog of transactions of one row. Nobody waits for their
// fsyncs, so that it is made quickly; the log is the same.
func (db *database) singles(ctx context.Context, quants, transactions int) error {
	if err := db.exec(ctx, backlogProcedure); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for writer := range writers {
		group.Go(func() error {
			conn, err := pgx.Connect(ctx, db.dsn)
			if err != nil {
				return fmt.Errorf("connect a writer: %w", err)
			}
			defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
			if _, err := conn.Exec(ctx, `SET synchronous_commit = off`); err != nil {
				return fmt.Errorf("prepare a writer: %w", err)
			}
			_, err = conn.Exec(ctx, `CALL bench_backlog($1, $2, $3, $4)`, writer, writers, quants, transactions/writers)
			if err != nil {
				return fmt.Errorf("write the backlog: %w", err)
			}
			return nil
		})
	}
	return group.Wait()
}

// thousandRows writes changes in transactions of 1,000 rows each.
func (db *database) thousandRows(ctx context.Context, quants, changes int) error {
	const rows = 1000
	for i := range changes / rows {
		first := firstID + 1 + i*rows%quants
		if err := db.exec(ctx, `UPDATE stock_quant SET quantity = quantity + 1, write_date = clock_timestamp() AT TIME ZONE 'UTC'
			WHERE id >= $1 AND id < $1 + 1000`, first); err != nil {
			return err
		}
	}
	return nil
}
