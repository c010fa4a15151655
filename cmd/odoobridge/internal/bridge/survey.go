package bridge

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoodb"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// seen is what Odoo's database says at one moment.
type seen struct {
	at        time.Time
	facts     odoodb.Facts
	wanted    *odoo.Profile // of the release, whatever the database lacks of it
	relations map[string]*odoodb.Relation
	users     map[string]int64 // of the channels' logins
	usersErr  error            // why the role may not ask for them
}

// survey is Odoo's database as it is at one moment, and what of it can be mirrored.
type survey struct {
	seen    seen
	facts   odoodb.Facts
	profile *odoo.Profile
	shape   shape
	// waiting are tables and columns ("table.column") of the mapping that have come to
	// the database but cannot be read yet: not published, or not granted.
	waiting []string
}

// look asks the database, over one connection.
func (b *bridge) look(ctx context.Context, known shape) (s survey, err error) {
	seen, err := b.see(ctx)
	if err != nil {
		s.facts = seen.facts
		return s, err
	}
	return b.surveyOf(seen, known)
}

func (b *bridge) see(ctx context.Context) (s seen, err error) {
	conn, err := b.connect(ctx)
	if err != nil {
		return s, err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing depends on a parting word
	s.at = time.Now()
	if s.facts, err = odoodb.Read(ctx, conn); err != nil {
		return s, err
	}
	if s.wanted, err = Mapping(s.facts, b.cfg.ExtraColumns); s.wanted == nil {
		return s, decisionAboutMapping(err)
	}
	var names []string
	for _, t := range s.wanted.Tables {
		names = append(names, t.Name)
	}
	if s.relations, err = odoodb.Relations(ctx, conn, b.cfg.Postgres.Publication, names); err != nil {
		return s, err
	}
	if s.users, err = odoodb.Users(ctx, conn, b.logins()); err != nil && passes(err) {
		return s, err
	}
	s.usersErr = err
	return s, nil
}

// surveyOf finds out what can be mirrored of what was seen. What was not mirrored so far and cannot be read yet is
// left out, all of it: a module's tables come together. known is nil before the
// first snapshot, when nothing is left out.
func (b *bridge) surveyOf(from seen, known shape) (s survey, err error) {
	s.seen, s.facts = from, from.facts
	wanted, relations := from.wanted, from.relations
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
