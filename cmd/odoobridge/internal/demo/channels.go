package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/odoobridge/odoobridge/schema"
)

// channel is one of the systems that hear of the shop.
type channel struct {
	name, login, about string
	lanes              []lane
	commands           []string // that it may send, as its own user in Odoo
}

// lane is one queue of a channel. What is not set is not written to the file.
type lane struct {
	channel, name, about string
	entities             []string
	fields               []string
	warehouse            string
	conflate             string
	urgent               []string
}

func (l lane) queue() string { return "channel." + l.channel + "." + l.name }

// whole says whether the lane sees every event of its entities, so that a
// subject's revisions must come without a gap.
func (l lane) whole() bool { return l.fields == nil && l.warehouse == "" && l.conflate == "" }

// channels are the demo's three.
var channels = []channel{
	{"webshop", "channel_shopify", "the shop's own site", []lane{
		{channel: "webshop", name: "orders", about: "orders, deliveries and invoices, at once", entities: []string{"order", "shipment", "invoice", "refund"}},
		{channel: "webshop", name: "stock", about: "what is available, every second at most, but sold out at once", entities: []string{"stock_level"},
			fields: []string{"sku", "warehouse", "available"}, conflate: "1s", urgent: []string{"stock_level.out", "stock_level.back"}},
		{channel: "webshop", name: "catalogue", about: "customers and products, at once", entities: []string{"customer", "product"}},
	}, []string{"customer.upsert", "order.place", "payment.record", "refund.record"}},
	{"marketplace", "channel_marketplace", "a marketplace that sells the same goods", []lane{
		{channel: "marketplace", name: "stock", about: "stock of the central warehouse, at once", entities: []string{"stock_level"}, warehouse: "WH",
			fields: []string{"sku", "warehouse", "available"}},
		{channel: "marketplace", name: "offers", about: "products, every second at most", entities: []string{"product"}, conflate: "1s"},
	}, nil},
	{"warehouse", "channel_warehouse", "the warehouse's system", []lane{
		{channel: "warehouse", name: "pick", about: "what is to be picked and packed, at once", entities: []string{"shipment"}},
		{channel: "warehouse", name: "levels", about: "everything about stock, at once", entities: []string{"stock_level"}},
	}, []string{"shipment.confirm", "stock.count"}},
}

// visitor is a channel that the demo leaves to whoever looks on, with --stay.
var visitor = channel{"you", "channel_you", "yours: nobody listens to it or sends commands but you", []lane{
	{channel: "you", name: "orders", about: "orders and what becomes of them, at once", entities: []string{"order", "shipment", "return", "invoice", "refund", "payment"}},
	{channel: "you", name: "stock", about: "stock and prices, at once", entities: []string{"stock_level", "price"}},
	{channel: "you", name: "catalogue", about: "customers and products, at once", entities: []string{"customer", "product"}},
}, schema.CommandNames()}

func lanesOf(channels []channel) []lane {
	var all []lane
	for _, c := range channels {
		all = append(all, c.lanes...)
	}
	return all
}

// slotName is the demo's own, so that a real bridge beside it is not disturbed.
func slotName() string { return fmt.Sprintf("odoobridge_demo_%d", os.Getpid()) }

// writeConfig writes the bridge's configuration as a user would.
func (d *demo) writeConfig() (string, error) {
	listen, err := freeAddress()
	if err != nil {
		return "", err
	}
	d.bridge = "http://" + listen
	dsn := d.OdooDSN
	if dsn == "" {
		dsn = d.pg.DSN("postgres")
	}
	settings := map[string]any{
		"postgres": map[string]any{"dsn": dsn, "slot": slotName(), "publication": slotName()},
		"rabbitmq": map[string]any{"url": d.rabbit.URL("%2F")},
		"store":    map[string]any{"path": filepath.Join(d.dir, "store")},
		"http":     map[string]any{"listen": listen},
		"log":      map[string]any{"level": "warn", "format": "text"},
		"channels": d.channelSettings(),
	}
	if d.shop != nil {
		settings["odoo"] = map[string]any{"url": d.shop.base, "database": d.shop.odoo.Database(), "max_in_flight": 4, "rate": "200/s"}
		settings["ownership"] = d.ownership()
	}
	raw, err := yaml.Marshal(settings)
	if err != nil {
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	d.config = filepath.Join(d.dir, "odoobridge.yaml")
	if err := os.WriteFile(d.config, raw, 0o600); err != nil {
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	return d.config, nil
}

// ownership leaves the flagship store's stock to the visitor, if there is one, and what customers tell to
// whoever tells it.
func (d *demo) ownership() map[string]any {
	customers, stock := []string{"webshop"}, map[string]any{"WH": "warehouse"}
	if d.Stay {
		customers, stock["SHOP"] = append(customers, visitor.name), visitor.name
	}
	return map[string]any{"customer": customers, "stock_level": stock}
}

func (d *demo) channelSettings() map[string]any {
	all, list := map[string]any{}, channels
	if d.Stay {
		list = append(slices.Clone(list), visitor)
	}
	for _, c := range list {
		lanes := map[string]any{}
		for _, l := range c.lanes {
			lanes[l.name] = l.settings()
		}
		s := map[string]any{"odoo_login": c.login, "initial": "skip", "lanes": lanes}
		if d.shop != nil && c.commands != nil {
			s["odoo_api_key"], s["commands"] = c.login, c.commands // the simulated Odoo takes a login for its key
			s["mapping"] = map[string]any{"payment_methods": map[string]any{"card": "BNK1"}}
			s["payment"] = map[string]any{"without_invoice": "invoice"}
		}
		all[c.name] = s
	}
	return all
}

func (l lane) settings() map[string]any {
	s := map[string]any{"entities": l.entities, "pace": "instant"}
	if l.fields != nil {
		s["fields"] = l.fields
	}
	if l.warehouse != "" {
		s["where"] = map[string]any{"warehouse": []string{l.warehouse}}
	}
	if l.conflate != "" {
		pace := map[string]any{"conflate": l.conflate}
		if l.urgent != nil {
			pace["urgent"] = l.urgent
		}
		s["pace"] = pace
	}
	return s
}
