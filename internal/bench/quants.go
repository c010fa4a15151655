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
	if err := makeProducts(ctx, db.conn, quants); err != nil {
		return nil, 0, errors.Join(err, db.drop(ctx, l))
	}
	if err := makeStock(ctx, db.conn, quants, 1); err != nil {
		return nil, 0, errors.Join(err, db.drop(ctx, l))
	}
	return db, quants, db.exec(ctx, "ANALYZE")
}
