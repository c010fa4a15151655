package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// watch shows what happens in a real Odoo.
func (d *demo) watch(ctx context.Context) error {
	length := d.For
	if length == 0 {
		length = watchByDefault
	}
	d.say.scene(fmt.Sprintf("Watching the database for %s. Do something in Odoo; Ctrl-C ends it.", length))
	end := time.NewTimer(length)
	defer end.Stop()
	select {
	case <-ctx.Done():
	case <-end.C:
	}
	d.table()
	return nil
}

// dropSlot removes what was made in a real database: a slot that is left
// behind would keep its log until the disk is full.
func (d *demo) dropSlot(ctx context.Context) (err error) {
	if d.OdooDSN == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\nRun this in the database by hand:\n  SELECT pg_drop_replication_slot('%s'); DROP PUBLICATION IF EXISTS %s;", err, slotName(), slotName())
		}
	}()
	conn, err := pgx.Connect(ctx, d.OdooDSN)
	if err != nil {
		return fmt.Errorf("connect to drop the demo's slot: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	_, slotErr := conn.Exec(ctx, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1", slotName())
	_, pubErr := conn.Exec(ctx, "DROP PUBLICATION IF EXISTS "+pgx.Identifier{slotName()}.Sanitize())
	return errors.Join(slotErr, pubErr)
}
