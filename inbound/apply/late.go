package apply

import (
	"fmt"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// notLate compares the revision that the channel had seen with the newest one, and decides by the
// entity's policy. A command that an earlier attempt has begun goes on: what moved
// since may be its own doing.
func (r *run) notLate(entity, key string, fields []string, owns bool) error {
	if r.c.BasedOn == 0 || r.x.documents == nil || r.noted("begun") != "" {
		return nil
	}
	now, found, err := r.x.documents.Since(r.ctx, entity, key, r.c.BasedOn)
	if err != nil {
		return fmt.Errorf("look up the revision of the %s: %w", entity, err)
	}
	if found {
		late := decide.Late{Channel: r.c.Channel, BasedOn: r.c.BasedOn, Time: r.c.Time, Fields: fields, Owns: owns}
		p := problem(schema.CodeConflict, "", fmt.Sprintf("based on revision %d, Odoo is at %d", r.c.BasedOn, now.Revision))
		switch decide.Judge(r.policies[entity], late, now) {
		case decide.Refuse:
			return r.reject(p)
		case decide.Ask:
			// A person who has it tried again has decided.
			if err := r.note("begun", "asked"); err != nil {
				return err
			}
			return r.park(command.Reference{}, p)
		}
	}
	return r.note("begun", "yes")
}

// domainOf is a domain of fields that are equal to values.
func domainOf(pairs ...any) odoo.Domain {
	var d odoo.Domain
	for i := 0; i+1 < len(pairs); i += 2 {
		d = append(d, []any{pairs[i], "=", pairs[i+1]})
	}
	return d
}
