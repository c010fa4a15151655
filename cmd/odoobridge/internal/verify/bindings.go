package verify

import (
	"context"
	"fmt"
	"strings"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/store"
)

// bindings compares what the ledger remembers of channels' ids with Odoo's external ids.
func (v *Verifier) bindings(ctx context.Context) ([]check.Finding, error) {
	all := collected{code: "verify.bindings"}
	looked, alone := 0, 0
	for after := ""; ; {
		list, err := v.ledger.Bindings(ctx, v.q.Since, after, page)
		if err != nil {
			return all.findings, err
		}
		if len(list) == 0 {
			break
		}
		after = list[len(list)-1].ExternalID
		for _, b := range list {
			u := v.ownerOf(b.ExternalID)
			if u == nil || u.away {
				continue
			}
			looked++
			inLedger, err := v.compare(ctx, u, b, &all)
			if err != nil {
				return all.findings, err
			}
			if inLedger {
				alone++
			}
		}
	}
	well := fmt.Sprintf("%d ids of channels mean the records that the ledger says", looked)
	if alone > 0 {
		well += fmt.Sprintf("; %d of them are known to the ledger alone, since the user may not write external ids", alone)
	}
	return all.told(well), nil
}

// ownerOf is the user of the channel whose id it is; nil when it is not looked at.
func (v *Verifier) ownerOf(externalID string) *user {
	module, name, _ := strings.Cut(externalID, ".")
	if strings.HasPrefix(name, decide.Prepaid+"_") {
		return nil
	}
	return v.users[strings.TrimPrefix(module, "channel_")]
}

// compare looks up one external id in Odoo. inLedger says that Odoo has none, and the record is there. One that Odoo leads
// elsewhere, while the record is gone, was merged by a person.
func (v *Verifier) compare(ctx context.Context, u *user, b store.Binding, all *collected) (inLedger bool, err error) {
	model, id, found, err := u.client.Named(ctx, b.ExternalID, u.within())
	if err != nil || found && model == b.Model && id == b.Record {
		return false, err
	}
	there, err := u.there(ctx, b.Model, []int64{b.Record})
	switch {
	case odoo.IsKind(err, odoo.Access, odoo.User, odoo.Faulty):
		all.add(check.Warn, "what is bound to it is not compared", "give the user a group that may read it", "the user of channel %s may not look at %s", u.channel.Name, b.Model)
		return false, nil
	case err != nil:
		return false, err
	case found && (there[b.Record] || model != b.Model):
		all.add(check.Fail, "commands act on the one that Odoo names", "look at both in Odoo: who changed the external id (Settings, Technical, External Identifiers)?",
			"%s means %s %d in Odoo, and %s %d in the ledger", b.ExternalID, model, id, b.Model, b.Record)
	case !found && !there[b.Record]:
		all.add(check.Warn, "late commands about it are parked as conflict", "nothing, if it was deleted on purpose; a command that is retried makes it anew", "%s means %s %d, which is not in Odoo any more", b.ExternalID, b.Model, b.Record)
	}
	return !found && there[b.Record], nil
}
