package mirror

import (
	"fmt"

	"github.com/odoobridge/odoobridge/internal/change"
)

// RetypedColumnError says that a mapped column is now of a kind that the mapping
// does not read: documents would show wrong values.
type RetypedColumnError struct {
	Table, Column string
	Was, Is       string // kinds of types
}

func (e *RetypedColumnError) Error() string {
	return fmt.Sprintf("column %s.%s holds %s now, it held %s when the bridge started: a module was upgraded while streaming; "+
		"run `odoobridge check` to see whether the mapping still fits, then start again", e.Table, e.Column, e.Is, e.Was)
}

// Kinds of types. Within a kind a value reads the same, whatever the type: a
// numeric column that becomes float8, or varchar that becomes text, does no harm.
const (
	kindNumber  = "numbers"
	kindText    = "text"
	kindJSON    = "JSON"
	kindBoolean = "true and false"
	kindTime    = "times"
	kindDate    = "dates"
)

// kindsByOID are those of PostgreSQL's own types (pg_type.dat); others have no kind.
var kindsByOID = map[uint32]string{
	16: kindBoolean,
	20: kindNumber, 21: kindNumber, 23: kindNumber, 700: kindNumber, 701: kindNumber, 1700: kindNumber,
	25: kindText, 1042: kindText, 1043: kindText,
	114: kindJSON, 3802: kindJSON,
	1082: kindDate, 1114: kindTime, 1184: kindTime,
}

// kindsByName are the same, as format_type calls them.
var kindsByName = map[string]string{
	"boolean": kindBoolean,
	"bigint":  kindNumber, "smallint": kindNumber, "integer": kindNumber, "real": kindNumber, "double precision": kindNumber, "numeric": kindNumber,
	"text": kindText, "character": kindText, "character varying": kindText,
	"json": kindJSON, "jsonb": kindJSON,
	"date": kindDate, "timestamp without time zone": kindTime, "timestamp with time zone": kindTime,
}

// checkTypes compares the kinds of the mapped columns with those that the profile was fitted to.
func (t *table) checkTypes(r *change.Relation, layout []int) error {
	for i, at := range layout {
		if at < 0 {
			continue
		}
		was, is := kindsByName[t.spec.Columns[i].Type], kindsByOID[r.Columns[at].Type]
		if was != is && was != "" && is != "" {
			return &RetypedColumnError{Table: t.spec.Name, Column: t.spec.Columns[i].Source, Was: was, Is: is}
		}
	}
	return nil
}
