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
	if e.conflated != "" {
		words = append(words, fmt.Sprintf("(%s in one)", e.conflated))
	}
	return strings.Join(words, ", ")
}

// compound is what is too long to show: an object, or a list of them.
func compound(raw json.RawMessage) bool {
	return len(raw) > 0 && raw[0] == '{' || len(raw) > 1 && raw[0] == '[' && raw[1] == '{'
}

func orNothing(s string) string {
	if s == "" {
		return "∅"
	}
	return s
}
