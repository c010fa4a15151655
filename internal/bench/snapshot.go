package main

import (
	"context"
	"errors"
	"fmt"
)

// mirroredShop returns the large shop and a bridge that has mirrored it; the
// bridge is stopped.
func (l *lab) mirroredShop(ctx context.Context) (*shop, *bridge, error) {
	shop, err := l.largeShop(ctx)
	if err != nil || l.shopBridge != nil {
		return shop, l.shopBridge, err
	}
	b, err := l.newBridge(ctx, shop.db, "shop_lane", bridgeOptions{lane: true})
	if err != nil {
		return nil, nil, err
	}
	p, err := b.startReady(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("first start: %w", err)
	}
	l.shopSnapshot, err = memoryOf(p.pid())
	if err := errors.Join(err, p.stop()); err != nil {
		return nil, nil, err
	}
	l.shopBridge = b
	return shop, b, nil
}
