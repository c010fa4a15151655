package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/schema"
)

// example is where an entity's example comes from: a recording, and a type of event in it.
type example struct{ recording, what string }

var examples = map[string]example{
	"customer":    {"05-customer-update", "updated"},
	"product":     {"32-product-price", "updated"},
	"price":       {"32-product-price", "changed"},
	"order":       {"13-order-confirm", "confirmed"},
	"shipment":    {"14-delivery-validate", "shipped"},
	"return":      {"21-return-create-receive", "received"},
	"stock_move":  {"14-delivery-validate", "done"},
	"invoice":     {"20-payment-register", "paid"},
	"refund":      {"22-refund-create-post", "posted"},
	"payment":     {"20-payment-register", "registered"},
	"stock_level": {"24-order-sell-out", "out"},
}

// exampleOf is the recorded event as a channel receives it.
func exampleOf(dir, entity string) (string, error) {
	from := examples[entity]
	text, err := os.ReadFile(filepath.Join(dir, from.recording+".json"))
	if err != nil {
		return "", err
	}
	var transactions [][]struct {
		Type, Subject     string
		Revision, Company int64
		Changed           []string
		Before, Entity    json.RawMessage
	}
	if err := json.Unmarshal(text, &transactions); err != nil {
		return "", fmt.Errorf("read %s: %w", from.recording, err)
	}
	for _, events := range transactions {
		for i, e := range events {
			if e.Type != entity+"."+from.what {
				continue
			}
			event := schema.Event{
				Source: "odoo/6f3a2c1e-9a51-11f0-8d1c-0242ac120002", ID: fmt.Sprintf("1-0/1A2B3C8-%d", i+1),
				Entity: entity, What: from.what, Key: strings.TrimPrefix(e.Subject, entity+"/"),
				Time: time.Date(2026, 11, 23, 7, 24, 27, 180342000, time.UTC), Revision: e.Revision, LSN: "0/1A2B3C8", XID: 3404,
				Origin: "shopify", Company: e.Company, Body: e.Entity, Changed: e.Changed, Before: e.Before,
			}
			return pretty(event.AppendJSON(nil, nil))
		}
	}
	return "", fmt.Errorf("recording %s has no event %s.%s", from.recording, entity, from.what)
}

func pretty(text []byte) (string, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return "", err
	}
	return b.String(), nil
}
