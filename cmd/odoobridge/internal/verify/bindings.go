package verify

import (
	"context"
	"fmt"
	"strings"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/internal/store"
)

// bindings compares what the ledger remembers of channels' ids with Odoo's external ids.
func (v *Verifier) bindings(ctx context.Context) ([]check.Finding, error) {
	all := collected{code: "verify.bindings"}
	looked, alone := 0, 0
	for after := ""; ; {
		list, err := v.ledger.Bindings(ctx, v.q.Since, after, batch)
		if err != nil {
			return all.findings, err
		}
		if len(list) == 0 {
			break
		}
		after = list[len(list)-1].ExternalID
		bound := v.boundOf(list)
		if err := compareBound(ctx, bound); err != nil {
			return all.findings, err
		}
		looked += len(bound)
		for _, b := range bound {
			if b.tell(&all) {
				alone++
			}
		}
		v.q.progress("ids of channels", looked)
	}
	well := fmt.Sprintf("%d ids of channels mean the records that the ledger says", looked)
	if alone > 0 {
		well += fmt.Sprintf("; %d of them are known to the ledger alone, since the user may not write external ids", alone)
	}
	return all.told(well), nil
}

// bound is one id of a channel, and what Odoo says of it.
type bound struct {
	store.Binding
	u       *user
	refused bool // the user may not look
	there   bool // the record of the ledger is in Odoo
	led     bool // the id leads to it

	// ---- where else it leads
	found bool
	model string
	id    int64
}

// boundOf leaves out what is not looked at.
func (v *Verifier) boundOf(list []store.Binding) (all []*bound) {
	for _, b := range list {
		if u := v.ownerOf(b.ExternalID); u != nil && !u.away {
			all = append(all, &bound{Binding: b, u: u})
		}
	}
	return all
}

// ownerOf is the user of the channel whose id it is; nil when it is not looked at.
func (v *Verifier) ownerOf(externalID string) *user {
	module, name, _ := strings.Cut(externalID, ".")
	if strings.HasPrefix(name, decide.Prepaid+"_") {
		return nil
	}
	return v.users[strings.TrimPrefix(module, "channel_")]
}

// compareBound asks Odoo together for what it tells together: external ids of the records, and which of these are there. Only where the
// external id of a record is another, or of one that has several, the channel's id is looked up alone.
func compareBound(ctx context.Context, all []*bound) error {
	err := together(all, func(u *user, model string, part []*bound, ids []int64) error {
		names, err := u.client.ExternalIDs(ctx, model, ids, u.within())
		if err != nil && !apply.IsRefused(err) {
			return err
		}
		there, err := u.there(ctx, model, ids)
		if err != nil && !apply.IsRefused(err) {
			return err
		}
		for _, b := range part {
			b.refused, b.there, b.led = err != nil, there[b.Record], names[b.Record] == b.ExternalID
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, b := range all {
		if b.refused || b.led {
			continue
		}
		b.model, b.id, b.found, err = b.u.client.Named(ctx, b.ExternalID, b.u.within())
		if err != nil && !apply.IsRefused(err) {
			return err
		}
		b.refused, b.led = err != nil, b.found && b.model == b.Model && b.id == b.Record
	}
	return nil
}

// together calls do for what is of one user and model, with the ids of the records.
func together(all []*bound, do func(u *user, model string, part []*bound, ids []int64) error) error {
	type kind struct {
		u     *user
		model string
	}
	by, ids := map[kind][]*bound{}, map[kind][]int64{}
	var kinds []kind
	for _, b := range all {
		k := kind{b.u, b.Model}
		if by[k] == nil {
			kinds = append(kinds, k)
		}
		by[k], ids[k] = append(by[k], b), append(ids[k], b.Record)
	}
	for _, k := range kinds {
		if err := do(k.u, k.model, by[k], ids[k]); err != nil {
			return err
		}
	}
	return nil
}

// tell adds what is wrong with an id. inLedger says that Odoo has none, and the record is there. One that Odoo leads elsewhere, while
// the record is gone, was merged by a person.
func (b *bound) tell(all *collected) (inLedger bool) {
	switch {
	case b.refused:
		b.u.notCompared(b.Model, all)
		return false
	case b.led && b.there:
		return false
	case b.found && (b.there || b.model != b.Model):
		all.add(check.Fail, "commands act on the one that Odoo names", "look at both in Odoo: who changed the external id (Settings, Technical, External Identifiers)?",
			"%s means %s %d in Odoo, and %s %d in the ledger", b.ExternalID, b.model, b.id, b.Model, b.Record)
	case !b.found && !b.there:
		all.add(check.Warn, "late commands about it are parked as conflict", "nothing, if it was deleted on purpose; a command that is retried makes it anew", "%s means %s %d, which is not in Odoo any more", b.ExternalID, b.Model, b.Record)
	}
	return !b.found && b.there
}
