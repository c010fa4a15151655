package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// shop is a large database, which several measurements share.
type shop struct {
	db        *database
	products  int
	customers int
	quants    int // over five locations of two warehouses
	orders    int // with two lines each
}

const linesEach = 2

// largeShop makes the large database once.
func (l *lab) largeShop(ctx context.Context) (*shop, error) {
	if l.shop != nil {
		return l.shop, nil
	}
	db, err := l.newDatabase(ctx, "bench_shop")
	if err != nil {
		return nil, err
	}
	s := &shop{db: db, products: l.scaled(200_000), customers: l.scaled(50_000), orders: l.scaled(500_000)}
	l.log.Info("making a large shop", "products", s.products, "orders", s.orders)
	if err := s.fill(ctx); err != nil {
		return nil, errors.Join(err, db.drop(context.WithoutCancel(ctx), l))
	}
	l.shop = s
	return s, nil
}

func (s *shop) fill(ctx context.Context) error {
	conn := s.db.conn
	places, err := stockPlaces(ctx, conn, 2)
	if err != nil {
		return err
	}
	// Several locations to a warehouse, as shops have them: five quants a
	// product make two stock levels.
	for i, within := range []place{places[0], places[0], places[1]} {
		shelf, err := makeShelf(ctx, conn, within, i+1)
		if err != nil {
			return err
		}
		places = append(places, shelf)
	}
	s.quants = s.products * len(places)
	if err := makeProducts(ctx, conn, s.products); err != nil {
		return err
	}
	if err := makeStock(ctx, conn, s.products, places); err != nil {
		return err
	}
	if err := makeCustomers(ctx, conn, s.customers); err != nil {
		return err
	}
	if err := makeOrders(ctx, conn, s.orders, s.customers, s.products); err != nil {
		return err
	}
	return s.db.exec(ctx, "ANALYZE")
}

func makeCustomers(ctx context.Context, conn *pgx.Conn, n int) error {
	return clone(ctx, conn, "res_partner", n, "active AND is_company AND street IS NOT NULL", map[string]string{
		"id": id("g"), "commercial_partner_id": id("g"), "parent_id": "NULL",
		"name": "'Customer number ' || g", "complete_name": "'Customer number ' || g",
		"email": "'customer' || g || '@example.com'", "email_normalized": "'customer' || g || '@example.com'",
		"ref": "'C' || g",
	})
}

func makeOrders(ctx context.Context, conn *pgx.Conn, n, customers, products int) error {
	customer := id(fmt.Sprintf("1 + g %% %d", customers))
	if err := clone(ctx, conn, "sale_order", n, "state = 'sale'", map[string]string{
		"id": id("g"), "name": "'S' || lpad((100000 + g)::text, 7, '0')", "partner_id": customer,
		"partner_invoice_id": customer, "partner_shipping_id": customer,
		"client_order_ref": "'WEB-' || g", "access_token": "gen_random_uuid()::text",
		"date_order": "was.date_order + g * interval '1 minute'",
	}); err != nil {
		return err
	}
	return clone(ctx, conn, "sale_order_line", linesEach*n, "product_id IS NOT NULL AND state = 'sale'", map[string]string{
		"id": id("g"), "order_id": id("(g + 1) / " + strconv.Itoa(linesEach)),
		"product_id": id(fmt.Sprintf("1 + (g::bigint * 7919) %% %d", products)), "product_uom_qty": "1 + g % 9",
		"name": "'Product number ' || g",
	})
}
