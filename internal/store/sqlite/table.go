package sqlite

import (
	"fmt"
	"strings"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
)

// table is a mirrored table and its statements.
type table struct {
	store.Table
	name    string   // of the table in the file, quoted
	own     []int    // places of the Indexes that have a column of their own; the others are keys
	two     bool     // two key columns
	create  string   // statement that makes it, without indexes
	indexes []string // statements that make the indexes
	drop    string
	upsert  string
	update  string // of the text alone
	delete  string
	get     string
	scan    string
	find    []string
}

// newTable says how the table is kept. One key column is the rowid; two make a
// table that is ordered by them, for such rows are short.
func newTable(t store.Table) (*table, error) {
	c, err := describe.ColumnsOf(&t)
	if err != nil {
		return nil, err
	}
	r := &table{Table: t, name: describe.Quote("row_" + t.Name), own: c.At, two: len(t.Keys) == 2}
	r.define(c.Keys, c.Own)
	r.prepare(c.All, c.Keys, c.Own)
	return r, nil
}

func (r *table) define(keys, own []string) {
	columns, end := keys[0]+" INTEGER PRIMARY KEY", ")"
	if r.two {
		columns = keys[0] + " INTEGER NOT NULL, " + keys[1] + " INTEGER NOT NULL"
		end = ", PRIMARY KEY (" + strings.Join(keys, ", ") + ")) WITHOUT ROWID"
	}
	for _, column := range own {
		columns += ", " + column + " INTEGER"
	}
	r.create = "CREATE TABLE " + r.name + " (" + columns + `, "row" TEXT NOT NULL` + end
	r.drop = "DROP TABLE IF EXISTS " + r.name
	for _, index := range r.Indexes {
		if index == r.Keys[0] {
			continue // the table itself is in this order
		}
		// Not a partial index: to see whether it applies SQLite would look at
		// the bound value, and prepare the statement anew for each one.
		r.indexes = append(r.indexes, fmt.Sprintf("CREATE INDEX %s ON %s (%s)",
			describe.Quote("row_"+r.Name+"_"+index), r.name, describe.Quote(index)))
	}
}

func (r *table) prepare(columns, keys, own []string) {
	where, key := keys[0]+"=?1", keys[0]+", 0"
	if r.two {
		where += " AND " + keys[1] + "=?2"
		key = keys[0] + ", " + keys[1]
	}
	order := " ORDER BY " + strings.Join(keys, ", ")
	into := "INTO " + r.name + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Repeat("?,", len(columns)-1) + "?)"
	r.upsert = "REPLACE " + into // overwrites in place
	if len(r.Indexes) > 0 {
		set := `"row"=excluded."row"`
		for _, column := range own {
			set += ", " + column + "=excluded." + column
		}
		r.upsert = "INSERT " + into + " ON CONFLICT DO UPDATE SET " + set
	}
	r.update = fmt.Sprintf(`UPDATE %s SET "row"=?%d WHERE %s`, r.name, len(keys)+1, where)
	r.delete = "DELETE FROM " + r.name + " WHERE " + where
	r.get = `SELECT "row" FROM ` + r.name + " WHERE " + where
	r.scan = "SELECT " + key + `, "row" FROM ` + r.name + order
	for _, index := range r.Indexes {
		r.find = append(r.find, "SELECT "+key+`, "row" FROM `+r.name+" WHERE "+describe.Quote(index)+"=?1"+order)
	}
}

// fill is the statement that adds so many rows to a table without indexes.
func (r *table) fill(rows int) string {
	one := "(" + strings.Repeat("?,", len(r.Keys)+len(r.own)) + "?)"
	return "REPLACE INTO " + r.name + " VALUES " + strings.Repeat(one+",", rows-1) + one
}
