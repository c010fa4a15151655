package odoosim

import (
	"context"
	"fmt"
)

// registry is which columns there are: table → column → type. A call works with
// the registry that was there when it began, as a worker of Odoo does.
type registry map[string]map[string]string

// readTables learns which columns there are.
func (s *Server) readTables(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, `SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'`)
	if err != nil {
		return fmt.Errorf("read the tables: %w", err)
	}
	defer rows.Close()
	r := registry{}
	for rows.Next() {
		var table, column, kind string
		if err := rows.Scan(&table, &column, &kind); err != nil {
			return fmt.Errorf("read the tables: %w", err)
		}
		if r[table] == nil {
			r[table] = map[string]string{}
		}
		r[table][column] = kind
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the tables: %w", err)
	}
	if len(r["sale_order"]) == 0 {
		return fmt.Errorf("the database %s has no table sale_order: it is not Odoo's", s.database)
	}
	s.tables.Store(&r)
	return nil
}

func (r registry) has(table, column string) bool { _, ok := r[table][column]; return ok }

// major is the release whose tables these are.
func (r registry) major() int {
	switch {
	case r.has("sale_order_line", "product_uom_id"):
		return 19
	case r.has("account_payment", "state"):
		return 18
	}
	return 17
}
