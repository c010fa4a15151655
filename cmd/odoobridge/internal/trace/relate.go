package trace

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// relate adds what belongs to what was asked for.
func (f *finder) relate(ctx context.Context) error {
	for _, t := range slices.Clone(f.things) {
		if err := f.climb(ctx, t); err != nil {
			return err
		}
		var err error
		switch t.doc.Entity {
		case "customer":
			err = f.ordersOf(ctx, t)
		case "product":
			err = f.stockOf(ctx, t)
		}
		if err != nil {
			return err
		}
	}
	orders := 0
	for _, t := range f.things {
		if t.doc.Entity == "order" {
			orders++
		}
	}
	if orders == 0 {
		return nil
	}
	return f.descend(ctx)
}

// climb adds what a thing names, up to the order and its customer. Of what is counted or priced, the product is enough.
func (f *finder) climb(ctx context.Context, t *thing) error {
	body, err := f.body(ctx, t)
	if err != nil {
		return err
	}
	named := refs(t.doc.Entity, body)
	for i, r := range named {
		if i == mostOrders {
			f.notes = append(f.notes, fmt.Sprintf("%s names %d more than are followed here", t.doc.Subject, len(named)-i))
			break
		}
		d, found, err := f.get(ctx, r.to)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		why := fmt.Sprintf("%s: %s %s it", r.is, t.doc.Subject, r.why)
		if r.to.entity == "customer" {
			why = "customer of " + t.doc.Subject
		}
		if up := f.add(d, why, false); up != nil && r.to.entity != "customer" {
			if err := f.climb(ctx, up); err != nil {
				return err
			}
		}
	}
	return nil
}

// descend reads the documents that may name an order, or what belongs to it, and adds those that do.
func (f *finder) descend(ctx context.Context) error {
	for _, entity := range ofOrder {
		needles := f.needles()
		var found []store.Document
		if err := f.all(ctx, entity, func(d store.Document) {
			if slices.ContainsFunc(needles, func(n []byte) bool { return bytes.Contains(d.Body, n) }) {
				found = append(found, d)
			}
		}); err != nil {
			return err
		}
		for _, d := range found {
			f.addBelonging(d)
		}
	}
	return nil
}

// addBelonging adds a document that names one of the trace.
func (f *finder) addBelonging(d store.Document) {
	for _, r := range refs(d.Entity, d.Body) {
		if t := f.known[r.to]; t != nil && r.to.entity != "customer" && r.to.entity != "product" {
			f.add(d, r.why+" "+t.doc.Subject, false)
			return
		}
	}
}

// needles are what a document's text holds if it may name something of the trace.
func (f *finder) needles() (list [][]byte) {
	for id := range f.known {
		if id.entity == "customer" || id.entity == "product" {
			continue
		}
		for _, end := range []string{",", "}"} {
			list = append(list, []byte(`"id":`+strconv.FormatInt(id.key[0], 10)+end))
		}
	}
	return list
}

// ordersOf adds a customer's newest orders.
func (f *finder) ordersOf(ctx context.Context, t *thing) error {
	if !t.asked {
		return nil
	}
	needle := []byte(`"customer":{"id":` + strconv.FormatInt(t.doc.Key[0], 10) + ",")
	var newest []store.Document
	count := 0
	if err := f.all(ctx, "order", func(d store.Document) {
		if !bytes.Contains(d.Body, needle) {
			return
		}
		count++
		if newest = append(newest, d); len(newest) > mostOrders {
			newest = newest[1:]
		}
	}); err != nil {
		return err
	}
	slices.Reverse(newest)
	for _, d := range newest {
		f.add(d, "order of "+t.doc.Subject, false)
	}
	if count > len(newest) {
		f.notes = append(f.notes, fmt.Sprintf("%s has %d orders: the newest %d are here", t.doc.Subject, count, len(newest)))
	}
	return nil
}

// stockOf adds a product's stock levels and prices.
func (f *finder) stockOf(ctx context.Context, t *thing) error {
	product := t.doc.Key[0]
	if err := f.src.Store.Documents(ctx, "stock_level", store.Key{product, -1}, math.MaxInt32, func(d store.Document) bool {
		if d.Key[0] == product {
			f.add(d, "stock of "+t.doc.Subject, false)
		}
		return d.Key[0] == product
	}); err != nil {
		return err
	}
	// Prices are sorted by pricelist: one step to each.
	for at := int64(-1); ; {
		var next *store.Document
		if err := f.src.Store.Documents(ctx, "price", store.Key{at, product - 1}, 1, func(d store.Document) bool { next = &d; return false }); err != nil || next == nil {
			return err
		}
		switch {
		case next.Key[0] == at && next.Key[1] == product:
			f.add(*next, "price of "+t.doc.Subject, false)
			at++
		case next.Key[0] == at:
			at++
		case next.Key[1] == product:
			at = next.Key[0]
			f.add(*next, "price of "+t.doc.Subject, false)
			at++
		default:
			at = next.Key[0]
		}
	}
}

// keysOf are the keys that commands about a thing have among theirs.
func keysOf(t *thing, body []byte) (keys []string) {
	entity := t.doc.Entity
	if entity == "order" || entity == "return" || entity == "customer" && t.asked {
		for _, own := range channelIDs(entity, body) {
			keys = append(keys, entity+"/"+own.channel+"/"+own.id)
		}
	}
	name := text(schema.Field(body, "name"))
	switch entity {
	case "shipment", "return", "invoice":
		keys = append(keys, entity+"/"+name)
	case "stock_level":
		for _, field := range []string{"sku", "barcode"} {
			if code := schema.Field(body, field); len(code) > 2 && code[0] == '"' {
				keys = append(keys, "stock/"+text(code)+"/"+text(schema.Field(body, "warehouse")))
			}
		}
	}
	return keys
}
