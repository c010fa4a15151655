package demo

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// addVisitor gives the visitor's channel a user in the simulated Odoo.
func addVisitor(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to the shop's database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, `INSERT INTO res_users (company_id, partner_id, active, login, share, notification_type)
		SELECT company_id, partner_id, true, $1, share, notification_type FROM res_users WHERE login = $2`, visitor.login, channels[0].login)
	if err != nil {
		return fmt.Errorf("add the visitor's user: %w", err)
	}
	return nil
}

// stay says where everything is, and shows what channels hear until ctx ends.
func (d *demo) stay(ctx context.Context) error {
	d.ears.show(atOnce)
	d.say.scene("Everything stays up until Ctrl-C, and what the three channels hear is shown here.")
	amqp := strings.TrimSuffix(d.rabbit.URL("%2F"), "%2F")
	for _, at := range [][2]string{
		{"bridge", d.bridge + "/status, /metrics, /readyz"},
		{"configuration", d.config},
		{"RabbitMQ", amqp},
		{"PostgreSQL", d.pg.DSN("postgres")},
		{"Odoo's API", fmt.Sprintf("%s/jsonrpc, database %s, login and password admin (simulated)", d.shop.base, d.shop.odoo.Database())},
	} {
		d.say.line("  %s %s", pad(at[0], 14), at[1])
	}
	d.say.line("\n  Channel %q is %s.", visitor.name, visitor.about)
	d.say.line("  It hears  channel.you.orders, channel.you.stock, channel.you.catalogue and results.you")
	d.say.line("  It sends  exchange odoo.commands, routing key you.<command>: %s", strings.Join(visitor.commands, ", "))
	d.say.line("  It counts the stock of warehouse SHOP; that of WH is the warehouse's own.")
	d.say.line("\n  Place an order with it, in another terminal, here in the project:")
	d.say.line("    go run ./examples/go -url %s -channel you -sku FILTER-100 -price 6.50", amqp)
	d.say.line("\n  Look on as an operator:")
	d.say.line("    export ODOOBRIDGE_CONFIG=%s", d.config)
	for _, verb := range []string{"status", "trace WEB-1001", "exceptions list --waiting", "audit"} {
		d.say.line("    bin/odoobridge %s", verb)
	}
	d.say.line("")
	<-ctx.Done()
	return nil
}
