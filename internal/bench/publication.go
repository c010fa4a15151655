package main

import (
	"context"
	"fmt"
	"strings"
)

// published are the tables that the limits' publication has: those that make
// the entities. Where the bridge runs, it has made its own.
var published = []string{
	"product_product", "product_template", "res_partner", "sale_order", "sale_order_line",
	"stock_location", "stock_move", "stock_picking", "stock_quant", "stock_warehouse",
}

// publish makes the publication where the bridge has not made it.
func (db *database) publish(ctx context.Context) error {
	return db.exec(ctx, fmt.Sprintf("CREATE PUBLICATION %s FOR TABLE %s", publication, strings.Join(published, ", ")))
}
