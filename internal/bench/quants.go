package main

import (
	"context"
	"errors"
)

// quantCount is how many quants the measurements of single changes have.
const quantCount = 20_000

// quantDatabase makes a database with 20,000 products and their quants.
func (l *lab) quantDatabase(ctx context.Context, name string) (*database, int, error) {
	db, err := l.newDatabase(ctx, name)
	if err != nil {
		return nil, 0, err
	}
	quants := max(l.scaled(quantCount), 2000)
	if err := fillQuants(ctx, db, quants); err != nil {
		return nil, 0, errors.Join(err, db.drop(context.WithoutCancel(ctx), l))
	}
	return db, quants, nil
}

func fillQuants(ctx context.Context, db *database, quants int) error {
	places, err := stockPlaces(ctx, db.conn, 1)
	if err != nil {
		return err
	}
	if err := makeProducts(ctx, db.conn, quants); err != nil {
		return err
	}
	if err := makeStock(ctx, db.conn, quants, places); err != nil {
		return err
	}
	return db.exec(ctx, "ANALYZE")
}
