// Command go is a channel's adapter: a small web shop that listens to its
// queues and places an order in Odoo through the bridge.
//
//	go run ./examples/go -url amqp://shop:secret@localhost/odoo -channel webshop -sku FURN_8888 -price 320.00
//
// It sends a customer and an order, sends the order again as a program would
// that was not sure, waits for the order's confirmation to come back as an event, and ends. With -command it sends what
// you have written by hand instead.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	url := flag.String("url", "amqp://guest:guest@localhost:5672/", "the broker")
	channel := flag.String("channel", "webshop", "the channel's name in odoobridge.yaml")
	lane := flag.String("lane", "orders", "the lane to listen to")
	order := flag.String("order", fmt.Sprint(time.Now().Unix()), "the shop's number of the order; another one each time when absent")
	sku := flag.String("sku", "", "internal reference of a product in Odoo")
	price := flag.String("price", "", "its price, without tax")
	currency := flag.String("currency", "USD", "currency of the price")
	file := flag.String("command", "", "a file with a command to send instead, as it is; its answer is printed")
	flag.Parse()
	if *file == "" && (*sku == "" || *price == "") {
		return errors.New("-sku and -price are needed, or -command")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()

	conn, err := amqp.Dial(*url)
	if err != nil {
		return fmt.Errorf("connect to the broker: %w", err)
	}
	defer conn.Close() //nolint:errcheck // nothing is lost with it
	if *file != "" {
		bridge, err := openCommands(conn, *channel)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
		defer cancel()
		return bridge.sendFile(ctx, *file)
	}
	events, err := listen(conn, "channel."+*channel+"."+*lane)
	if err != nil {
		return err
	}
	bridge, err := openCommands(conn, *channel)
	if err != nil {
		return err
	}

	customer := command{ID: "customer-7001-1", Type: "customer.upsert", Subject: "7001", Data: map[string]any{
		"name": "Mia Bauer", "email": "mia.bauer@example.com",
		"address": map[string]any{"street": "Lindenstr. 4", "zip": "10969", "city": "Berlin", "country": "DE"},
	}}
	placed := command{ID: "order-" + *order + "-placed", Type: "order.place", Subject: *order, Data: map[string]any{
		"placed_at": time.Now().UTC().Format(time.RFC3339), "currency": *currency, "customer": "7001", "confirm": true,
		"lines":  []any{map[string]any{"id": "1", "sku": *sku, "quantity": "1", "unit_price": *price, "taxes": []string{}}},
		"totals": map[string]any{"total": *price},
	}}
	if _, err := bridge.do(ctx, customer); err != nil {
		return err
	}
	result, err := bridge.do(ctx, placed)
	if err != nil {
		return err
	}
	if result.Data.Outcome == "duplicate" {
		return fmt.Errorf("order %s was placed before: its events have come then", *order)
	}
	// Not sure whether the first arrived? The same id again is harmless.
	if _, err := bridge.do(ctx, placed); err != nil {
		return err
	}
	return events.await(ctx, "order/"+result.Data.Odoo.Name, "order.confirmed")
}
