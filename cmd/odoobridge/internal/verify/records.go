package verify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/inbound"
	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
)

// page is how many commands are in memory at a time. A body has at most a MiB.
const page = 50

// each calls do with every page of the channels' commands in the states.
func (v *Verifier) each(ctx context.Context, f store.CommandFilter, do func(u *user, commands []*store.Command) error) (looked int, err error) {
	f.Channel, f.Limit = v.q.Channel, page
	for {
		list, err := v.ledger.Commands(ctx, f)
		if err != nil || len(list) == 0 {
			return looked, err
		}
		f.After = list[len(list)-1].Seq
		by := map[string][]*store.Command{}
		for i := range list {
			if v.users[list[i].Channel] != nil {
				by[list[i].Channel] = append(by[list[i].Channel], &list[i])
				looked++
			}
		}
		for _, channel := range slices.Sorted(maps.Keys(by)) {
			if err := do(v.users[channel], by[channel]); err != nil {
				return looked, err
			}
		}
	}
}

// effects looks in the ledger alone for effects that were had twice.
func (v *Verifier) effects(ctx context.Context) ([]check.Finding, error) {
	found, err := v.ledger.Repeated(ctx, most)
	if err != nil {
		return nil, err
	}
	all := collected{code: "verify.effects"}
	for _, r := range found {
		if v.q.Channel == "" || v.q.Channel == r.Channel {
			name, _, _ := strings.Cut(r.Effect, "/")
			all.add(check.Fail, "one wish of the channel has had several effects", fmt.Sprintf("look at both: odoobridge audit %s; odoobridge audit %s. Undo one in Odoo, and please report it", r.ID, r.Other),
				"commands %s and %s of %s are the same wish (%s), are both applied, and name %d records of Odoo", r.ID, r.Other, r.Channel, name, r.Records)
		}
	}
	return all.told("no wish is applied more than once"), nil
}

// batch is how many commands, or ids of channels, are compared together. They are kept without their bodies.
const batch = 500

// known is an applied command, with what is compared of it.
type known struct {
	u     *user
	c     store.Command // without what it said
	trail apply.Trail   // to what it made
	tells bool          // trail leads somewhere
	stock stock         // what it says of goods
}

// records looks whether what applied commands made is there, and once.
func (v *Verifier) records(ctx context.Context) ([]check.Finding, error) {
	all := collected{code: "verify.records"}
	states := []store.CommandState{store.CommandApplied, store.CommandDuplicate}
	compared := 0
	var some []known
	flush := func() error {
		err := v.compareRecords(ctx, some, &all)
		compared, some = compared+len(some), some[:0]
		v.q.progress("commands", compared)
		return err
	}
	_, err := v.each(ctx, store.CommandFilter{States: states, SettledSince: v.q.Since}, func(u *user, commands []*store.Command) error {
		if u.away {
			return nil
		}
		for _, c := range commands {
			some = append(some, knownOf(u, c))
		}
		if len(some) < batch {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return all.told(fmt.Sprintf("what %d settled commands say that they made is in Odoo, each once", compared)), err
}

// knownOf forgets all of a command that is not compared.
func knownOf(u *user, c *store.Command) known {
	k := known{u: u, c: store.Command{Channel: c.Channel, ID: c.ID, Name: c.Name, Subject: c.Subject, Seq: c.Seq, State: c.State, Odoo: c.Odoo}}
	// A body may be no command of this version.
	if full, err := inbound.CommandOf(c); err == nil {
		record := command.Reference{Model: c.Odoo.Model, ID: c.Odoo.ID}
		k.trail, k.tells = apply.TrailOf(full, record)
		if c.State == store.CommandApplied {
			k.stock = stockOf(full, record, c.Settled)
		}
	}
	return k
}

// compareRecords compares commands channel by channel.
func (v *Verifier) compareRecords(ctx context.Context, some []known, all *collected) error {
	by := map[*user][]*known{}
	for i := range some {
		by[some[i].u] = append(by[some[i].u], &some[i])
	}
	for _, channel := range slices.Sorted(maps.Keys(v.users)) {
		u := v.users[channel]
		others, err := v.once(ctx, u, by[u], all)
		if err != nil {
			return err
		}
		if err := v.exist(ctx, u, by[u], others, all); err != nil {
			return err
		}
		if err := v.goods(ctx, u, by[u], all); err != nil {
			return err
		}
	}
	return nil
}

const mend = "look at them in Odoo, undo what is too much, and please report it"

// once looks whether one record says that each command made it. One that is not what the ledger names goes into others, by
// command.
func (v *Verifier) once(ctx context.Context, u *user, commands []*known, all *collected) (others map[int64]int64, err error) {
	var trails []apply.Trail
	var of []*known
	for _, k := range commands {
		if k.tells {
			trails, of = append(trails, k.trail), append(of, k)
		}
	}
	made, err := u.x.Made(ctx, u.channel, trails)
	others = map[int64]int64{}
	for i, m := range made {
		k, found := of[i], m.Records
		switch c := &k.c; {
		case m.Refused != nil:
			u.notCompared(trails[i].Model(), all)
			k.stock.counts = false
		case k.stock.counts: // as often as it took: what counts is how many are there in the end
			k.stock.counts = len(found) == 0
		case len(found) == 0 && k.stock.changes:
			all.add(check.Fail, "the stock is not what the channel was told", "was Odoo restored to an earlier moment? Look at the product's moves, and have the channel count, or send the change with a new id",
				"no stock move says that command %s of %s (%s), which is applied, made it", c.ID, c.Channel, c.Name)
		case len(found) > 1 && c.State == store.CommandApplied:
			var ids []string
			for _, r := range found {
				ids = append(ids, fmt.Sprint(r.ID))
			}
			all.add(check.Fail, "one command has had several effects", mend, "%d records of %s (%s) say that command %s of %s (%s) made them", len(found), found[0].Model, strings.Join(ids, ", "), c.ID, c.Channel, c.Name)
		case len(found) == 1 && found[0].Model == c.Odoo.Model && found[0].ID != c.Odoo.ID:
			others[c.Seq] = found[0].ID
		}
	}
	return others, err
}

// passing are models whose records Odoo itself makes and deletes as it sees fit: stock that is used up or put together with other.
var passing = []string{"stock.quant"}

// exist looks for the records that commands name. others are records that Odoo names instead, by command: one in the place of a
// record that is gone is what merging leaves.
func (v *Verifier) exist(ctx context.Context, u *user, commands []*known, others map[int64]int64, all *collected) error {
	byModel := map[string][]*store.Command{}
	for _, k := range commands {
		if c := &k.c; c.Odoo.ID > 0 && !slices.Contains(passing, c.Odoo.Model) {
			byModel[c.Odoo.Model] = append(byModel[c.Odoo.Model], c)
		}
	}
	for _, model := range slices.Sorted(maps.Keys(byModel)) {
		var ids []int64
		for _, c := range byModel[model] {
			ids = append(ids, c.Odoo.ID)
		}
		there, err := u.there(ctx, model, ids)
		if apply.IsRefused(err) {
			u.notCompared(model, all)
			continue
		}
		if err != nil {
			return err
		}
		for _, c := range byModel[model] {
			other, isOther := others[c.Seq]
			switch {
			case there[c.Odoo.ID] && isOther:
				all.add(check.Fail, "channel and Odoo mean different records by one id", mend, "the ledger says that command %s of %s (%s) made %s, and Odoo that it made %d", c.ID, c.Channel, c.Name, recordOf(c), other)
			case !there[c.Odoo.ID] && !isOther:
				all.add(check.Warn, "somebody deleted it, or the channel's user may not see it any more; the channel was told that it is there", "odoobridge trace "+c.ID+" tells what happened to it",
					"%s, which command %s of %s (%s) names, is not in Odoo", recordOf(c), c.ID, c.Channel, c.Name)
			}
		}
	}
	return nil
}

func recordOf(c *store.Command) string {
	if c.Odoo.Name != "" {
		return fmt.Sprintf("%s %d (%s)", c.Odoo.Model, c.Odoo.ID, c.Odoo.Name)
	}
	return fmt.Sprintf("%s %d", c.Odoo.Model, c.Odoo.ID)
}

// notCompared tells once of each question and model that the user may not look.
func (u *user) notCompared(model string, all *collected) {
	all.once(u.channel.Name+" "+model, check.Warn, "what commands made of it is not compared", "give the user a group that may read it", "the user of channel %s may not look at %s", u.channel.Name, model)
}
