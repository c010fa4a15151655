package demo

import (
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// channel is one of the systems that hear of the shop.
type channel struct {
	name, login, about string
	lanes              []lane
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
		{channel: "webshop", name: "orders", about: "orders and deliveries, at once", entities: []string{"order", "shipment"}},
		{channel: "webshop", name: "stock", about: "what is available, every 2 s at most, but sold out at once", entities: []string{"stock_level"},
			fields: []string{"sku", "warehouse", "available"}, conflate: "2s", urgent: []string{"stock_level.out", "stock_level.back"}},
		{channel: "webshop", name: "catalogue", about: "customers and products, at once", entities: []string{"customer", "product"}},
	}},
	{"marketplace", "channel_marketplace", "a marketplace that sells the same goods", []lane{
		{channel: "marketplace", name: "stock", about: "stock of the central warehouse, at once", entities: []string{"stock_level"}, warehouse: "WH",
			fields: []string{"sku", "warehouse", "available"}},
		{channel: "marketplace", name: "offers", about: "products, every second at most", entities: []string{"product"}, conflate: "1s"},
	}},
	{"warehouse", "channel_warehouse", "the warehouse's system", []lane{
		{channel: "warehouse", name: "pick", about: "what is to be picked and packed, at once", entities: []string{"shipment"}},
		{channel: "warehouse", name: "levels", about: "everything about stock, at once", entities: []string{"stock_level"}},
	}},
}

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
	d.ready = "http://" + listen + "/readyz"
	dsn := d.OdooDSN
	if dsn == "" {
		dsn = d.pg.DSN("postgres")
	}
	raw, err := yaml.Marshal(map[string]any{
		"postgres": map[string]any{"dsn": dsn, "slot": slotName(), "publication": slotName()},
		"rabbitmq": map[string]any{"url": d.rabbit.URL("%2F")},
		"store":    map[string]any{"path": filepath.Join(d.dir, "store")},
		"http":     map[string]any{"listen": listen},
		"log":      map[string]any{"level": "warn", "format": "text"},
		"channels": channelSettings(channels),
	})
	if err != nil {
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	path := filepath.Join(d.dir, "odoobridge.yaml")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	return path, nil
}

func channelSettings(channels []channel) map[string]any {
	all := map[string]any{}
	for _, c := range channels {
		lanes := map[string]any{}
		for _, l := range c.lanes {
			lanes[l.name] = l.settings()
		}
		all[c.name] = map[string]any{"odoo_login": c.login, "initial": "skip", "lanes": lanes}
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
