package router

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// keys returns every key that has a document or may get one, in order.
func (r *Router) keys(ctx context.Context, entity *odoo.Entity) ([]odoo.Key, error) {
	var keys []odoo.Key
	entity.Keys(r.mirror, func(key odoo.Key) bool {
		keys = append(keys, key)
		return true
	})
	known := make(map[odoo.Key]struct{}, len(keys))
	for _, key := range keys {
		known[key] = struct{}{}
	}
	const page = 1000
	after, more := odoo.Key{-1 << 63, -1 << 63}, true
	for more {
		n := 0
		err := r.Store.Documents(ctx, entity.Name, after, page, func(d store.Document) bool {
			n++
			after = d.Key
			if _, found := known[d.Key]; !found {
				keys = append(keys, d.Key)
			}
			return true
		})
		if err != nil {
			return nil, fmt.Errorf("list documents of %s: %w", entity.Name, err)
		}
		more = n == page
	}
	slices.SortFunc(keys, compareKeys)
	return keys, errors.Join(r.mirror.Err(), ctx.Err())
}

func compareKeys(a, b odoo.Key) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }
