package apply

import (
	"fmt"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// thing is what a command may be based on a revision of: an entity, and the key of its document.
type thing struct {
	entity string
	key    [2]int64
}

// notLate compares the revision that the channel had seen with what happened since, and decides by the
// entity's policy. A command that an earlier attempt has begun goes on: what moved since may be its own
// doing. So does one that was parked for it: a person who has it tried again has decided.
//
// What it does not know, it waits for: the bridge's news of Odoo lag behind Odoo, so that a change of a moment ago
// would be overwritten. What Odoo commits between this and the write is told afterwards (tellOverwritten).
func (r *run) notLate(of thing, fields []string, owns bool) error {
	if r.c.BasedOn == 0 || r.x.documents == nil || r.noted("begun") != "" || r.c.Parked == schema.CodeConflict {
		return nil
	}
	if err := r.upToDate(); err != nil {
		return err
	}
	now, since, err := r.x.documents.Since(r.ctx, of.entity, of.key, r.c.BasedOn)
	if err != nil {
		return fmt.Errorf("look up the revision of the %s: %w", of.entity, err)
	}
	late := decide.Late{Channel: r.c.Channel, Time: r.c.Time, Fields: fields, Owns: owns}
	p := problem(schema.CodeConflict, "basedon", fmt.Sprintf("based on revision %d of the %s, which is at %d", r.c.BasedOn, of.entity, now))
	switch decide.Judge(r.policies[of.entity], late, since) {
	case decide.Refuse:
		return r.reject(p)
	case decide.Ask:
		return r.park(command.Reference{}, p)
	}
	return r.note("begun", compared{of.entity, of.key, now, fields}.String())
}

// upToDate waits until the bridge knows of everything that Odoo has committed. Where its log does not come by, nothing is
// decided.
func (r *run) upToDate() error {
	if err := r.x.documents.Pass(r.ctx); err != nil {
		return &command.RetryError{Err: fmt.Errorf("what happened in Odoo until now is not known yet: %w", err)}
	}
	return nil
}

// owns says whether the channel owns an entity as a whole.
func (r *run) owns(entity string) bool { return r.ownership.Field(r.c.Channel, entity, "", false) }

// domainOf is a domain of fields that are equal to values.
func domainOf(pairs ...any) odoo.Domain {
	var d odoo.Domain
	for i := 0; i+1 < len(pairs); i += 2 {
		d = append(d, []any{pairs[i], "=", pairs[i+1]})
	}
	return d
}
