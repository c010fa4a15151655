package apply

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// named finds a record by its external id in Odoo. Where Odoo has none, what the bridge remembers counts: the
// record, what it was merged into, or that there was one which somebody deleted. A late command must not
// make that anew by itself.
func (r *run) named(externalID, model string) (int64, bool, error) {
	id, is, err := r.whereIs(externalID, model)
	if err != nil || is != gone || r.c.Parked == schema.CodeConflict { // a person has decided that it is made anew
		return id, is == there, err
	}
	p := problem(schema.CodeConflict, "", "the record that the channel's id means was deleted in Odoo, or the bridge's user may not see it any more")
	p.Remedy = "Discard the command, or retry it to make the record anew."
	return 0, false, r.park(command.Reference{Model: model, ID: id}, p)
}

// whereabouts is what is known of a record.
type whereabouts int

const (
	nowhere whereabouts = iota // there never was one
	there                      // in Odoo, archived or not
	gone                       // there was one
)

// whereIs finds a record by its external id in Odoo, or by what the bridge remembers. Of one that is gone the id
// is that which it had.
func (r *run) whereIs(externalID, model string) (int64, whereabouts, error) {
	bound := r.boundTo(externalID)
	of, id, found, err := r.x.odoo.Named(r.ctx, externalID, r.context(map[string]any{"active_test": false}))
	switch {
	case err != nil:
		return 0, nowhere, err
	case found && of == model:
		return id, there, nil
	}
	b, err := bound()
	if err != nil || b.Model != model {
		return 0, nowhere, err
	}
	id, found, err = r.thereOrHeir(model, b.Record)
	switch {
	case err != nil:
		return 0, nowhere, err
	case found:
		return id, there, nil
	}
	return b.Record, gone, nil
}

// boundTo asks what the bridge remembers of an external id, beside what Odoo is asked; what it returns waits for the answer, which is empty
// where there is none.
func (r *run) boundTo(externalID string) func() (command.Binding, error) {
	if r.x.bindings == nil {
		return func() (command.Binding, error) { return command.Binding{}, nil }
	}
	answer := sync.OnceValues(func() (command.Binding, error) {
		b, _, err := r.x.bindings.Bound(r.ctx, externalID)
		return b, err
	})
	r.beside.Go(func() { _, _ = answer() }) // who needs it hears of its error
	return answer
}

// mostHeirs is how many times what one id means may have been merged.
const mostHeirs = 20

// thereOrHeir is a record, or the one that it was merged into, and that one again, as long as there is one. That it is gone is
// known of a moment ago, that it was merged only by Odoo's log: so that is waited for.
func (r *run) thereOrHeir(model string, id int64) (int64, bool, error) {
	for n := range mostHeirs {
		found, err := r.x.odoo.SearchRead(r.ctx, model, domainOf("id", id), []string{"id"}, odoo.Window{}, r.context(map[string]any{"active_test": false}))
		if err != nil || len(found) == 1 {
			return id, err == nil, err
		}
		entity := entityOf[model]
		if entity == "" || r.x.documents == nil {
			return 0, false, nil
		}
		if n == 0 {
			if err := r.upToDate(); err != nil {
				return 0, false, err
			}
		}
		heir, err := r.x.documents.Heir(r.ctx, entity, [2]int64{id})
		if err != nil {
			return 0, false, fmt.Errorf("look up into what the %s was merged: %w", entity, err)
		}
		if heir == 0 {
			if heir, err = r.mergedQuietly(model, entity, id); err != nil || heir == 0 {
				return 0, false, err
			}
		}
		id = heir
	}
	return 0, false, nil
}

// entityOf is what the bridge's events call what may be merged.
var entityOf = map[string]string{"res.partner": "customer"}

// remember says which record a channel's id means.
func (r *run) remember(externalID, model string, id int64) {
	b := command.Binding{ExternalID: externalID, Model: model, Record: id}
	if id != 0 && !slices.Contains(r.bound, b) {
		r.bound = append(r.bound, b)
	}
}

// bind gives a record that was there before the channel's id. Odoo lets only some
// users write external ids; for the others the bridge remembers it alone.
func (r *run) bind(externalID, model string, id int64) error {
	module, name, _ := strings.Cut(externalID, ".")
	err := r.call("bind "+model, func() error {
		_, err := r.x.odoo.Create(r.ctx, "ir.model.data", map[string]any{
			"module": module, "name": name, "model": model, "res_id": id, "noupdate": true,
		}, r.context())
		return err
	})
	if absent(err) && r.x.bindings != nil {
		return nil
	}
	if absent(err) {
		p := problem(schema.CodeNotAllowed, "", "the customer is in Odoo already, and the bridge's user may not give it the channel's id")
		p.Remedy = "Give the bridge's user an access right to create ir.model.data, or bind the customer by hand."
		return r.park(command.Reference{Model: model, ID: id}, p)
	}
	return err
}
