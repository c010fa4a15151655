package odoo

import (
	"fmt"
	"strings"
)

// MismatchError lists everything that a profile maps and the database does not have.
type MismatchError struct {
	Release string
	Tables  []string
	Columns []string // as table.column
	Extra   []string // as table.column, from the configuration
}

func (e *MismatchError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the database does not look like Odoo %s:", e.Release)
	list := func(what string, names []string) {
		if len(names) > 0 {
			fmt.Fprintf(&b, " missing %s: %s.", what, strings.Join(names, ", "))
		}
	}
	list("tables", e.Tables)
	list("columns", e.Columns)
	list("columns named by extra_columns", e.Extra)
	if len(e.Tables)+len(e.Columns) == 0 {
		b.WriteString(" Correct extra_columns in the configuration; the names are those of PostgreSQL, not the labels of the form.")
	} else {
		b.WriteString(" A module upgrade that is under way or has failed leaves a database like this: finish it (odoo -u all) and start again." +
			" If a module of yours removed them, say so in an issue.")
	}
	return b.String()
}

// Check holds the profile against the database's tables, columns and types,
// and fits it: the tables of a module that is not installed become Absent,
// optional columns that are not there lose their Source, and every column gets
// its Type. Whatever else is missing is a *MismatchError, which names it all at once.
//
// columns must hold every table of the schema public, also those that the bridge may not read.
func Check(p *Profile, columns map[string]map[string]string) error {
	e := &MismatchError{Release: p.Release}
	installed := map[string]bool{"": true}
	for _, t := range p.Tables {
		if columns[t.Name] != nil {
			installed[t.module] = true
		}
	}
	for _, t := range p.Tables {
		switch {
		case columns[t.Name] != nil:
			t.Absent = false
			t.fit(columns[t.Name], e)
		case installed[t.module]:
			e.Tables = append(e.Tables, t.Name)
		default:
			t.Absent = true
		}
	}
	if len(e.Tables)+len(e.Columns)+len(e.Extra) > 0 {
		return e
	}
	return nil
}

func (t *Table) fit(types map[string]string, e *MismatchError) {
	for i := range t.Columns {
		c := &t.Columns[i]
		typ, found := types[c.Source]
		switch {
		case c.Source == "":
		case found:
			c.Type = typ
		case c.Optional:
			c.Source = ""
		case i >= len(t.Columns)-t.Extra:
			e.Extra = append(e.Extra, t.Name+"."+c.Source)
		default:
			e.Columns = append(e.Columns, t.Name+"."+c.Source)
		}
	}
}
