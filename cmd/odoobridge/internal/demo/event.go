package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/outbound/outboundtest"
	"github.com/odoobridge/odoobridge/schema"
)

// event is one CloudEvent as a channel reads it.
type event struct {
	ID       string    `json:"id"`
	Type     string    `json:"type"`
	Subject  string    `json:"subject"`
	Time     time.Time `json:"time"`
	Revision int64     `json:"revision"`
	Origin   string    `json:"origin"`
	Data     struct {
		Entity  map[string]json.RawMessage `json:"entity"`
		Changed []string                   `json:"changed"`
		Before  map[string]json.RawMessage `json:"before"`
	} `json:"data"`

	latency   time.Duration // commit → received
	conflated string        // how many events this one stands for, when several
}

func readEvent(d outboundtest.Delivery) (*event, error) {
	var e event
	if err := json.Unmarshal(d.Body, &e); err != nil {
		return nil, fmt.Errorf("a channel received what is no event: %w", err)
	}
	e.latency = d.Received.Sub(e.Time)
	if n := d.Headers[schema.HeaderConflated]; n != nil {
		e.conflated = fmt.Sprint(n)
	}
	return &e, nil
}

// text is a field as a person reads it, or "".
func text(raw json.RawMessage) string {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return strings.Join(list, ", ")
	}
	return string(raw)
}

func (e *event) field(name string) string { return text(e.Data.Entity[name]) }

// thing is what a person calls the subject.
func (e *event) thing() string {
	if sku := e.field("sku"); sku != "" {
		if w := e.field("warehouse"); w != "" {
			return sku + " @ " + w
		}
		return sku
	}
	if name := e.field("name"); name != "" {
		return name
	}
	_, key, _ := strings.Cut(e.Subject, "/")
	return key
}

// telling are the fields that say most about a thing, best first.
var telling = []string{"available", "state", "payment_state", "tracking_references", "amount_total", "list_price", "email", "city"}

// newsOf says in a few words what is new after several events of one thing.
func newsOf(events []*event) string {
	newest := events[len(events)-1]
	before, changed := map[string]string{}, map[string]bool{}
	for _, e := range events {
		for _, name := range e.Data.Changed {
			if !changed[name] && e.Data.Before[name] != nil {
				before[name] = text(e.Data.Before[name])
			}
			changed[name] = true
		}
	}
	isNew := strings.HasSuffix(events[0].Type, ".created")
	var words []string
	for _, name := range telling {
		now := newest.field(name)
		was, known := before[name]
		switch {
		case changed[name] && known && !isNew && was != now:
			if was != "" {
				now = was + " → " + orNothing(now)
			}
			words = append(words, plainly(name)+" "+now)
		case isNew && now != "" && name != "available":
			words = append(words, plainly(name)+" "+now)
		}
	}
	if len(words) == 0 {
		words = others(newest)
	}
	const few = 2
	words = words[:min(few, len(words))]
	if newest.conflated != "" {
		words = append(words, "("+newest.conflated+" in one)")
	}
	return strings.Join(words, ", ")
}

// others name what changed where nothing of it says much.
func others(e *event) []string {
	var names []string
	for _, name := range e.Data.Changed {
		names = append(names, plainly(name))
	}
	if len(names) == 0 {
		return nil
	}
	return []string{strings.Join(names[:min(3, len(names))], ", ")}
}

func plainly(name string) string {
	return strings.ReplaceAll(strings.TrimSuffix(name, "_references"), "_", " ")
}

func orNothing(s string) string {
	if s == "" {
		return "∅"
	}
	return s
}
