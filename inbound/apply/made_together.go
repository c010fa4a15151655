package apply

import (
	"slices"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// maker looks up what trails lead to.
type maker struct {
	*run
	trails []Trail
	made   []Made
}

// part looks up trails of one kind in one call. Where Odoo refuses, each is asked for alone, so that one record that Odoo cannot
// answer for hides none of the others; a right is of the whole model, and not asked for again.
func (m *maker) part(k trailKind, part []int) error {
	err := m.look(k, part)
	switch {
	case err == nil || !IsRefused(err):
		return err
	case len(part) == 1 || odoo.IsKind(err, odoo.Access):
		for _, i := range part {
			m.made[i] = Made{Refused: err}
		}
		return nil
	}
	for _, i := range part {
		if err := m.part(k, []int{i}); err != nil {
			return err
		}
	}
	return nil
}

// IsRefused says whether an error is Odoo's answer to a question about records, and no reason to stop asking about others.
func IsRefused(err error) bool {
	return odoo.IsKind(err, odoo.Access, odoo.User, odoo.Faulty, odoo.Missing)
}

func (m *maker) look(k trailKind, part []int) error {
	switch k.how {
	case "named":
		return m.lookNamed(k, part)
	case "paid":
		return m.lookPaid(k, part)
	}
	return m.lookMarked(k, part)
}

// lookNamed asks for the external ids of the records that the ledger names. Where that is the command's, it leads to this record and
// no other: external ids are unique. Others are looked up one by one: of a record with several Odoo tells one.
func (m *maker) lookNamed(k trailKind, part []int) error {
	var ids []int64
	for _, i := range part {
		if r := m.trails[i].record; r.Model == k.model && r.ID > 0 {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	var denied error // no external id of this model is told
	names, err := m.x.odoo.ExternalIDs(m.ctx, k.model, slices.Compact(ids), m.context())
	if err != nil && !IsRefused(err) {
		return err
	}
	known := map[string]Made{} // customers are written to often
	for _, i := range part {
		t := m.trails[i]
		if r := t.record; r.Model == k.model && r.ID > 0 && names[r.ID] == t.says {
			m.made[i] = Made{Records: []command.Reference{{Model: r.Model, ID: r.ID}}}
			continue
		}
		answer, asked := known[t.says]
		if !asked && denied != nil {
			answer = Made{Refused: denied}
		} else if !asked {
			if answer, err = m.byName(t); err != nil {
				return err
			}
			known[t.says] = answer
		}
		if odoo.IsKind(answer.Refused, odoo.Access) {
			denied = answer.Refused
		}
		m.made[i] = answer
	}
	return nil
}

func (m *maker) byName(t Trail) (Made, error) {
	of, id, found, err := m.x.odoo.Named(m.ctx, t.says, m.context())
	switch {
	case IsRefused(err):
		return Made{Refused: err}, nil
	case err != nil || !found || of != t.kind.model:
		return Made{}, err
	}
	return Made{Records: []command.Reference{{Model: of, ID: id}}}, nil
}

func (m *maker) lookMarked(k trailKind, part []int) error {
	var either odoo.Domain
	for n, i := range part {
		if n > 0 {
			either = append(odoo.Domain{{"|"}}, either...)
		}
		either = append(either, []any{k.field, "like", m.trails[i].mark.pattern()})
	}
	// What has no mark of this kind at all is sorted out by one comparison.
	first := mark{channel: m.channel.Name, what: k.what}
	domain := slices.Concat(standingIn[k.model], odoo.Domain{{k.field, "like", first.pattern()}}, either)
	return m.find(k, part, domain, k.field, func(text string) string { return marking(text, k.what) })
}

func (m *maker) lookPaid(k trailKind, part []int) error {
	journal, found, err := m.x.Find(m.ctx, m.channel, "account.journal", m.channel.Mapping.PaymentMethods[k.method])
	if err != nil || !found {
		return err
	}
	release, err := m.release()
	if err != nil {
		return err
	}
	var texts []string
	for _, i := range part {
		texts = append(texts, m.trails[i].says)
	}
	field := paymentText(release)
	domain := odoo.Domain{{"journal_id", "=", journal}, {field, "in", texts}, {"payment_type", "=", "inbound"}}
	return m.find(k, part, domain, field, func(text string) string { return text })
}

// find gives each record that stands to the trails that it names.
func (m *maker) find(k trailKind, part []int, domain odoo.Domain, field string, says func(text string) string) error {
	found, err := m.search(k.model, domain, []string{"state", field}, odoo.Window{Order: "id"})
	if err != nil {
		return err
	}
	by := map[string][]command.Reference{}
	for _, rec := range found {
		if !cancelled(rec) {
			text := says(rec.Text(field))
			by[text] = append(by[text], command.Reference{Model: k.model, ID: rec.ID()})
		}
	}
	for _, i := range part {
		m.made[i] = Made{Records: by[m.trails[i].says]}
	}
	return nil
}
