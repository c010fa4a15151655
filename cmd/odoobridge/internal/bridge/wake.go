package bridge

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/schema"
)

// wakes gathers the keys that commands may wait for and that have come, until the waker takes them:
// beside the router and never in its way, and without losing one.
type wakes struct {
	mu      sync.Mutex
	pending map[wake]struct{}
	all     bool // too many to keep: whatever waits looks again
	more    chan struct{}
}

// wake is a key that has come, for the commands of one channel, or of any ("").
type wake struct{ channel, key string }

// manyWakes is how many keys are kept; with more, whatever waits looks again.
const manyWakes = 20_000

func newWakes() *wakes { return &wakes{pending: map[wake]struct{}{}, more: make(chan struct{}, 1)} }

func (w *wakes) add(found ...wake) {
	if len(found) == 0 {
		return
	}
	w.mu.Lock()
	for _, one := range found {
		if len(w.pending) >= manyWakes {
			w.all = true
			break
		}
		w.pending[one] = struct{}{}
	}
	w.mu.Unlock()
	w.poke()
}

// addAll has whatever waits look again.
func (w *wakes) addAll() {
	w.mu.Lock()
	w.all = true
	w.mu.Unlock()
	w.poke()
}

func (w *wakes) poke() {
	select {
	case w.more <- struct{}{}:
	default:
	}
}

// take empties it. That all are to look again stays until it may be told.
func (w *wakes) take(mayAll bool) (byChannel map[string][]string, all bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	byChannel = map[string][]string{}
	for one := range w.pending {
		byChannel[one.channel] = append(byChannel[one.channel], one.key)
	}
	clear(w.pending)
	if mayAll {
		all, w.all = w.all, false
	}
	return byChannel, all
}

// allEvery is how often whatever waits may look again: each of them asks Odoo.
const allEvery = time.Minute

// waker lets commands go on that wait for what has come.
func (b *bridge) waker(ctx context.Context) error {
	var again <-chan time.Time // when all may look again; nil: now
	for b.commands != nil {
		select {
		case <-b.wakes.more:
		case <-again:
			again = nil
		case <-ctx.Done():
			return nil
		}
		byChannel, all := b.wakes.take(again == nil)
		if all {
			again = time.After(allEvery)
		}
		if err := b.wakeCommands(ctx, byChannel, all); err != nil && ctx.Err() == nil {
			b.log.Warn("commands that wait could not be woken: all of them look again soon", telemetry.KeyError, err.Error())
			b.wakes.addAll()
			again = time.After(allEvery)
		}
	}
	return nil
}

func (b *bridge) wakeCommands(ctx context.Context, byChannel map[string][]string, all bool) error {
	if all {
		return b.commands.river.WakeAll(ctx)
	}
	for channel, keys := range byChannel {
		if _, err := b.commands.river.Wake(ctx, channel, keys); err != nil {
			return err
		}
	}
	return nil
}

// tell hands events to the waker; nil stands for more than were kept.
func (b *bridge) tell(events []*store.Event) {
	switch {
	case b.commands == nil:
	case events == nil:
		b.wakes.addAll()
	default:
		for _, e := range events {
			b.wakes.add(wakesOf(e)...)
		}
	}
}

// wakesOf are what commands may wait for that an event tells of.
func wakesOf(e *store.Event) []wake {
	switch e.Entity {
	case "product": // of several that have a code, one that has it no more lets commands go on, too
		return append(keysOf(e.Body, field{command.WaitSKU, "sku"}, field{command.WaitBarcode, "barcode"}),
			keysOf(e.Before, field{command.WaitSKU, "sku"}, field{command.WaitBarcode, "barcode"})...)
	case "customer":
		return wakesOfCustomer(e)
	}
	if e.What == "deleted" {
		return nil
	}
	switch e.Entity {
	case "order":
		return namesOf(e.Body, named{"order", command.WaitOrder})
	case "shipment":
		found := keysOf(e.Body, field{command.WaitTransfer, "name"})
		if order := nameIn(e.Body, "order"); e.What == "shipped" && order != "" {
			found = append(found, of(command.WaitShipmentOf, order))
		}
		return found
	case "return":
		return keysOf(e.Body, field{command.WaitTransfer, "name"})
	case "refund":
		if of := nameIn(e.Body, "reversal_of"); of != "" && textIn(e.Body, "state") == "posted" {
			return []wake{{"", command.WaitGivenBack.String() + of}}
		}
		return nil
	case "invoice":
		if e.What != "posted" {
			if state := textIn(e.Body, "state"); state == "posted" || e.What == "created" {
				return nil
			}
			return keysOf(e.Body, field{command.WaitGivenBack, "name"})
		}
		found := keysOf(e.Body, field{command.WaitInvoice, "name"})
		for _, order := range strings.FieldsFunc(textIn(e.Body, "source_document"), func(c rune) bool { return c == ',' || c == ' ' }) {
			found = append(found, of(command.WaitInvoiceOf, order))
		}
		return found
	}
	return nil
}

// lookedFor are the fields of a customer by which another's is looked for.
var lookedFor = []string{"email", "phone", "mobile", "vat", "addresses"}

// wakesOfCustomer are the channels' ids that a customer has now, and, of several that looked alike,
// the one that may not be in the way any more.
func wakesOfCustomer(e *store.Event) []wake {
	id := strconv.FormatInt(e.Key[0], 10)
	self, restored := of(command.WaitPartner, id), of(command.WaitRestored, id)
	switch e.What {
	case "archived":
		return []wake{self}
	case "merged", "deleted":
		return []wake{self, restored}
	}
	found := namesOf(e.Body, named{"customer", command.WaitCustomer}, named{"guest", command.WaitGuest})
	if slices.ContainsFunc(lookedFor, func(field string) bool { return slices.Contains(e.Changed, field) }) {
		found = append(found, self)
	}
	if e.What == "restored" {
		found = append(found, restored)
	}
	return found
}

// of is a thing of a kind, for any channel.
func of(kind command.WaitKind, name string) wake { return wake{"", kind.String() + name} }

// named is a kind of channels' names, and what commands wait for when they wait for one.
type named struct {
	kind string
	wait command.WaitKind
}

// namesOf are the channels' ids that a document has.
func namesOf(body []byte, kinds ...named) (found []wake) {
	var ids map[string]string
	if json.Unmarshal(schema.Field(body, "external_ids"), &ids) != nil {
		return nil
	}
	for channel, name := range ids {
		for _, n := range kinds {
			if id, ok := decide.IDOf(n.kind, name); ok {
				found = append(found, wake{channel, n.wait.String() + id})
			}
		}
	}
	return found
}

// field is a kind of keys and the document's field that completes them.
type field struct {
	kind command.WaitKind
	name string
}

func keysOf(body []byte, fields ...field) (found []wake) {
	for _, f := range fields {
		if text := textIn(body, f.name); text != "" {
			found = append(found, of(f.kind, text))
		}
	}
	return found
}

func textIn(body []byte, name string) (text string) {
	if json.Unmarshal(schema.Field(body, name), &text) != nil {
		return ""
	}
	return text
}

// nameIn is the name of what a document refers to.
func nameIn(body []byte, reference string) string {
	var to struct{ Name string }
	if json.Unmarshal(schema.Field(body, reference), &to) != nil {
		return ""
	}
	return to.Name
}
