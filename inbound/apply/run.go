package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
)

// run is one attempt at one command.
type run struct {
	ctx       context.Context
	x         *Executor
	c         command.Command
	channel   *config.Channel
	ownership decide.Ownership
	policies  map[string]string
	keep      command.Note
	announced func() error   // tells the ledger that Odoo may be at work from now on, once
	beside    sync.WaitGroup // what is asked of the ledger while Odoo is read

	called  bool                // Odoo may be at work
	reports []command.Problem   // what was left alone although the command is applied
	also    []command.Reference // other records that were made
	bound   []command.Binding
}

func decodeData(data json.RawMessage, target any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return dec.Decode(target)
}

// context is what every call of this channel carries.
func (r *run) context(more ...map[string]any) map[string]any {
	joined := map[string]any{}
	if r.channel.Company > 0 {
		joined["allowed_company_ids"] = []int64{r.channel.Company}
	}
	return odoo.Context(append([]map[string]any{joined}, more...)...)
}

// step takes one step that changes something, between two failpoints.
func (r *run) step(name string, do func() error) error {
	if err := r.x.failpoint("before " + name); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return r.x.failpoint("after " + name)
}

// announce has the ledger told beside the reading calls that are left, when the next call most likely changes something: that one waits
// until the ledger has it. A process that is killed in between leaves a command that is executed again as late as if Odoo were at work.
func (r *run) announce() {
	r.beside.Go(func() { _ = r.announced() }) // who calls hears of its error
}

// call is a step that calls Odoo. Before the first, the ledger is told that Odoo may be at work from now on.
func (r *run) call(name string, do func() error) error {
	return r.step(name, func() error {
		if !r.called {
			if err := r.permitted(); err != nil {
				return err
			}
			if err := r.announced(); err != nil {
				return fmt.Errorf("mark that Odoo is called: %w", err)
			}
			r.called = true
		}
		return do()
	})
}

// note keeps a word durably, before the step that it is about.
func (r *run) note(key, value string) error {
	return r.step("note "+key, func() error {
		if err := r.keep(r.ctx, key, value); err != nil {
			return fmt.Errorf("note %s: %w", key, err)
		}
		r.c.Notes[key] = value
		return nil
	})
}

// noted is what an earlier attempt, or this one, wrote down.
func (r *run) noted(key string) string { return r.c.Notes[key] }

func (r *run) search(model string, domain odoo.Domain, fields []string, w odoo.Window) ([]odoo.Record, error) {
	return r.x.odoo.SearchRead(r.ctx, model, domain, fields, w, r.context())
}

// first is the first record found, nil when there is none.
func (r *run) first(model string, domain odoo.Domain, fields []string) (odoo.Record, error) {
	found, err := r.search(model, domain, fields, odoo.Window{Limit: 1, Order: "id"})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func (r *run) read(model string, ids []int64, fields ...string) ([]odoo.Record, error) {
	return r.x.odoo.Read(r.ctx, model, ids, fields, r.context())
}

func (r *run) readOne(model string, id int64, fields ...string) (odoo.Record, error) {
	found, err := r.read(model, []int64{id}, fields...)
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, &odoo.Error{Kind: odoo.Missing, Call: model + ".read"}
	}
	return found[0], nil
}

// create makes or updates one record with its lines by external id.
func (r *run) create(step, model string, fields []string, rows [][]string) (id int64, err error) {
	err = r.call(step, func() error {
		ids, err := r.x.odoo.Load(r.ctx, model, fields, rows, r.context())
		if err != nil {
			return err
		}
		id = ids[0]
		return nil
	})
	return id, err
}

func (r *run) write(step, model string, ids []int64, values map[string]any) error {
	return r.call(step, func() error { return r.x.odoo.Write(r.ctx, model, ids, values, r.context()) })
}

// verb presses a button.
func (r *run) verb(step, model, method string, ids []int64, more map[string]any) (action *odoo.Action, err error) {
	err = r.call(step, func() error {
		var err error
		action, err = r.x.odoo.Run(r.ctx, model, method, ids, r.context(more))
		return err
	})
	return action, err
}

// release is the major release of Odoo.
func (r *run) release() (int, error) {
	release, err := r.x.odoo.Release(r.ctx)
	return release.Major, err
}

// report says what was left alone.
func (r *run) report(p command.Problem) { r.reports = append(r.reports, p) }

func odooTime(t time.Time) string { return t.UTC().Format(odoo.TimeFormat) }
