package bridge

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoodb"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// survey is Odoo's database as it is at one moment, and what of it can be mirrored.
type survey struct {
	facts   odoodb.Facts
	profile *odoo.Profile
	shape   shape
	// waiting are tables and columns ("table.column") of the mapping that have come to
	// the database but cannot be read yet: not published, or not granted.
	waiting []string
}

// look asks the database. What was not mirrored so far and cannot be read yet is
// left out, all of it: a module's tables come together. known is nil before the
// first snapshot, when nothing is left out.
func (b *bridge) look(ctx context.Context, known shape) (s survey, err error) {
	conn, err := b.connect(ctx)
	if err != nil {
		return s, err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing depends on a parting word
	if s.facts, err = odoodb.Read(ctx, conn); err != nil {
		return s, err
	}
	wanted, err := Mapping(s.facts, b.cfg.ExtraColumns)
	if wanted == nil {
		return s, decisionAboutMapping(err)
	}
	var names []string
	for _, t := range wanted.Tables {
		names = append(names, t.Name)
	}
	relations, err := odoodb.Relations(ctx, conn, b.cfg.Postgres.Publication, names)
	if err != nil {
		return s, err
	}
	all := s.facts.Columns
	if known != nil {
		s.waiting = notReadable(wanted, relations, known)
		s.facts.Columns = without(all, s.waiting, wanted, known)
	}
	s.profile, err = Mapping(s.facts, b.cfg.ExtraColumns)
	if fresh := unknown(wanted, relations, known); err != nil && known != nil && len(fresh) > 0 {
		// A module that is being installed has not made all of its tables yet.
		s.waiting = fresh
		s.facts.Columns = without(all, fresh, wanted, known)
		s.profile, err = Mapping(s.facts, b.cfg.ExtraColumns)
	}
	if err != nil {
		return s, decisionAboutMapping(err)
	}
	s.shape = shapeOf(s.profile, relations)
	return s, nil
}

func decisionAboutMapping(err error) error {
	return &DecisionError{err.Error(), "Run `odoobridge check` to see everything that is missing"}
}

// unknown lists the mapped tables that there were not.
func unknown(wanted *odoo.Profile, relations map[string]*odoodb.Relation, known shape) []string {
	var names []string
	for _, t := range wanted.Tables {
		if relations[t.Name] != nil && known[t.Name] == nil {
			names = append(names, t.Name)
		}
	}
	return names
}

func isTable(name string) bool { return !strings.Contains(name, ".") }

// notReadable lists what is new since known and not published or granted.
func notReadable(wanted *odoo.Profile, relations map[string]*odoodb.Relation, known shape) []string {
	var names []string
	for _, t := range wanted.Tables {
		r := relations[t.Name]
		if r == nil {
			continue
		}
		was := known[t.Name]
		if was == nil && r.Entry == 0 {
			names = append(names, t.Name)
			continue
		}
		for _, c := range t.Columns {
			if _, there := r.Columns[c.Source]; !there || r.Readable(c.Source) {
				continue
			}
			if was == nil {
				names = append(names, t.Name)
				break
			}
			if _, had := was.Columns[c.Source]; !had {
				names = append(names, t.Name+"."+c.Source)
			}
		}
	}
	return names
}

// without is the database's columns without what has to wait. One table that waits
// keeps all new ones waiting, for what belongs together is for the mapping to say.
func without(columns map[string]map[string]string, waiting []string, wanted *odoo.Profile, known shape) map[string]map[string]string {
	if len(waiting) == 0 {
		return columns
	}
	columns = maps.Clone(columns)
	for _, t := range wanted.Tables {
		was := known[t.Name]
		switch {
		case was == nil && slices.ContainsFunc(waiting, isTable):
			delete(columns, t.Name)
			continue
		case columns[t.Name] == nil:
			continue
		}
		kept := maps.Clone(columns[t.Name])
		for _, c := range t.Columns {
			if slices.Contains(waiting, t.Name+"."+c.Source) {
				delete(kept, c.Source)
			}
		}
		columns[t.Name] = kept
	}
	return columns
}
