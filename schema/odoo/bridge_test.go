package odoo_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// bridge does with recorded transactions what the router does with streamed
// ones: rows, touched entities, one build of each at the end, comparison.
type bridge struct {
	*memory
	byName    map[string]*odoo.Table
	documents []map[odoo.Key]document
	writers   map[int64]bool // of the last transaction
	heirs     map[touched][]odoo.Key
}

type document struct {
	name     string
	revision int64
	company  int64
	body     []byte
}

// happened is an event as golden files show it.
type happened struct {
	Type     string          `json:"type"`
	Subject  string          `json:"subject"`
	Revision int64           `json:"revision"`
	Company  int64           `json:"company"`
	Changed  []string        `json:"changed,omitempty"`
	Before   json.RawMessage `json:"before,omitempty"`
	Entity   json.RawMessage `json:"entity"`
}

// newBridge has the baseline loaded and its documents built.
func newBridge(t testing.TB, release string, extra map[string][]string) *bridge {
	t.Helper()
	b := emptyBridge(t, profileOf(t, release, extra))
	baseline(t, release, func(table string, values map[string]string) {
		if mapped := b.byName[table]; mapped != nil {
			b.set(mapped, values)
		}
	})
	b.adopt()
	return b
}

func emptyBridge(t testing.TB, p *odoo.Profile) *bridge {
	b := &bridge{memory: newMemory(t, p), byName: map[string]*odoo.Table{}}
	for _, table := range p.Tables {
		b.byName[table.Name] = table
	}
	for range p.Entities {
		b.documents = append(b.documents, map[odoo.Key]document{})
	}
	return b
}

// adopt stores every document as it is.
func (b *bridge) adopt() {
	clear(b.before)
	b.order = nil
	for i, e := range b.profile.Entities {
		var keys []odoo.Key
		e.Keys(b, func(key odoo.Key) bool {
			keys = append(keys, key)
			return true
		})
		for _, key := range keys {
			if built, ok := e.Build(b, key, nil); ok {
				b.documents[i][key] = document{name: built.Name, revision: 1, company: built.Company, body: built.Body}
			}
		}
	}
}

func (b *bridge) set(t *odoo.Table, values map[string]string) {
	row := odoo.NewRow(rowOf(t, values))
	b.put(t, row.Key(t.Keys), row)
}

// remove deletes the row that the values identify.
func (b *bridge) remove(t *odoo.Table, values map[string]string) {
	b.put(t, odoo.NewRow(rowOf(t, values)).Key(t.Keys), odoo.Row{})
}

// play applies a recorded transaction and returns what happened.
func (b *bridge) play(tx testkit.RecordedTx) []happened {
	for _, c := range tx.Changes {
		t := b.byName[c.Table]
		if t == nil || c.Columns == nil && c.Identity == nil {
			continue
		}
		values := map[string]string{}
		for name, v := range c.Identity {
			values[name] = copyText(v)
		}
		for name, v := range c.Columns {
			values[name] = copyText(v)
		}
		if c.Kind == "D" {
			b.remove(t, values)
		} else {
			b.set(t, values)
		}
	}
	return b.commit()
}

type touched struct {
	entity int
	key    odoo.Key
}

// commit ends the transaction.
func (b *bridge) commit() []happened {
	all := map[touched]bool{}
	b.writers, b.heirs = map[int64]bool{}, map[touched][]odoo.Key{}
	for _, at := range b.order {
		table, old := b.profile.Tables[at.table], b.before[at]
		now := b.rows[at.table][at.key]
		if old == now {
			continue
		}
		odoo.Writers(table, old, now, func(uid int64) { b.writers[uid] = true })
		for i, e := range b.profile.Entities {
			if touch := e.Touches[table]; touch != nil {
				touch(b, old, now, func(key odoo.Key) { all[touched{i, key}] = true })
			}
			if passes := e.Passes[table]; passes != nil {
				passes(old, now, func(from, to odoo.Key) {
					if id := (touched{i, from}); !slices.Contains(b.heirs[id], to) {
						b.heirs[id] = append(b.heirs[id], to)
					}
				})
			}
		}
	}
	clear(b.before)
	b.order = nil
	var order []touched
	for id := range all {
		order = append(order, id)
	}
	slices.SortFunc(order, func(x, y touched) int {
		return cmp.Or(cmp.Compare(x.entity, y.entity), compareKeys(x.key, y.key))
	})
	var events []happened
	for _, id := range order {
		events = append(events, b.compare(id)...)
	}
	return events
}

func (b *bridge) compare(id touched) (events []happened) {
	e := b.profile.Entities[id.entity]
	previous := b.documents[id.entity][id.key]
	built, there := e.Build(b, id.key, previous.body)
	if there && bytes.Equal(built.Body, previous.body) || !there && previous.body == nil {
		return nil
	}
	if !there && e.LastWords != nil {
		if body := e.LastWords(b, id.key, previous.body, b.heirs[id]); body != nil {
			previous.body = body
		}
	}
	next := previous
	next.body = nil
	if there {
		next.body, next.company = built.Body, built.Company
		if next.name == "" {
			next.name = built.Name
		}
	}
	shown := next.body
	if shown == nil {
		shown = previous.body
	}
	changed, before := schema.Diff(previous.body, next.body)
	for _, h := range e.Happenings(previous.body, next.body, changed) {
		next.revision++
		event := happened{
			Type: e.Name + "." + h.What, Subject: e.Name + "/" + next.name, Revision: next.revision, Company: next.company,
			Entity: shown,
		}
		switch {
		case h.Implied:
			event.Changed = h.Changed
		case previous.body != nil && next.body != nil:
			event.Changed, event.Before = changed, before
		}
		events = append(events, event)
	}
	if next.body == nil {
		delete(b.documents[id.entity], id.key)
	} else {
		b.documents[id.entity][id.key] = next
	}
	return events
}
