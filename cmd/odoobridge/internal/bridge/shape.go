package bridge

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoodb"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// metaShape is what the mirrored tables looked like in the catalogue when their rows
// were last read whole. PostgreSQL says nothing in the log when a column or a table is
// dropped and made again, rewritten, or leaves the publication and returns: the catalogue's
// numbers tell.
const metaShape = "shape"

// shape is the mirrored tables by name, each with its mapped columns.
type shape map[string]*odoodb.Relation

// shapeOf cuts what the catalogue says to what the profile reads.
func shapeOf(profile *odoo.Profile, relations map[string]*odoodb.Relation) shape {
	s := shape{}
	for _, t := range profile.Tables {
		r := relations[t.Name]
		if t.Absent || r == nil {
			continue
		}
		cut := &odoodb.Relation{OID: r.OID, Entry: r.Entry, Columns: map[string]string{}}
		for _, c := range t.Columns {
			if form, found := r.Columns[c.Source]; found {
				cut.Columns[c.Source] = form
			}
		}
		s[t.Name] = cut
	}
	return s
}

func parseShape(text string) (shape, error) {
	if text == "" {
		return nil, nil
	}
	var s shape
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, fmt.Errorf("the store's %s: %w", metaShape, err)
	}
	return s, nil
}

func (s shape) text() string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // names and numbers have a JSON form
	}
	return string(b)
}

// columns are the shape's as odoo.Check wants them: table → column → type.
func (s shape) columns() map[string]map[string]string {
	all := map[string]map[string]string{}
	for name, r := range s {
		all[name] = map[string]string{}
		for column, form := range r.Columns {
			_, kind, _ := strings.Cut(form, " ")
			all[name][column] = kind
		}
	}
	return all
}

// differences are the tables whose rows cannot be trusted to be those of the
// mirror any more, in order.
func (s shape) differences(now shape) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if !same(s[name], now[name]) {
			names = append(names, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if now[name] == nil {
			names = append(names, name)
		}
	}
	return names
}

// distrusts reports whether documents that follow the log up to now would show what is no
// more: rows changed unheard while a known table was not published or not there, or a known column was made again.
func (s shape) distrusts(now shape) bool {
	for name, was := range s {
		is := now[name]
		if is == nil {
			continue // gone; the log says nothing of it any more
		}
		if is.OID != was.OID || is.Entry != was.Entry {
			return true
		}
		for column, form := range was.Columns {
			number, _, _ := strings.Cut(form, " ")
			if now, found := is.Columns[column]; found && !strings.HasPrefix(now, number+" ") {
				return true
			}
		}
	}
	return false
}

func same(a, b *odoodb.Relation) bool {
	return a != nil && b != nil && a.OID == b.OID && a.Entry == b.Entry && maps.Equal(a.Columns, b.Columns)
}
