package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/outbound/outboundtest"
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

	latency time.Duration // commit → received
}

func readEvent(d outboundtest.Delivery) (*event, error) {
	var e event
	if err := json.Unmarshal(d.Body, &e); err != nil {
		return nil, fmt.Errorf("a channel received what is no event: %w", err)
	}
	e.latency = d.Received.Sub(e.Time)
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

// told are the fields worth a word when a thing is new.
var told = []string{"state", "amount_total", "available", "city"}

// news says in a few words what is new.
func (e *event) news() string {
	var words []string
	for _, name := range e.Data.Changed {
		now, before := e.field(name), text(e.Data.Before[name])
		switch {
		case compound(e.Data.Entity[name]):
			words = append(words, name)
		case e.Data.Before[name] != nil:
			words = append(words, fmt.Sprintf("%s %s → %s", name, orNothing(before), orNothing(now)))
		default:
			words = append(words, name+" "+orNothing(now))
		}
	}
	if len(words) == 0 {
		for _, name := range told {
			if value := e.field(name); value != "" {
				words = append(words, name+" "+value)
			}
		}
	}
	const few = 3
	if len(words) > few {
		words = append(words[:few], fmt.Sprintf("and %d more", len(words)-few))
	}
	return strings.Join(words, ", ")
}

func compound(raw json.RawMessage) bool {
	return len(raw) > 0 && (raw[0] == '{' || raw[0] == '[')
}

func orNothing(s string) string {
	if s == "" {
		return "∅"
	}
	return s
}
