package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/internal/store"
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

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// newTable says how the table is kept. One key column is the rowid; two make a
// table that is ordered by them, for such rows are short.
func newTable(t store.Table) (*table, error) {
	if len(t.Keys) < 1 || len(t.Keys) > 2 {
		return nil, fmt.Errorf("table %s has %d key columns, want 1 or 2", t.Name, len(t.Keys))
	}
	r := &table{Table: t, name: quote("row_" + t.Name), two: len(t.Keys) == 2}
	var keys, own []string
	for _, key := range t.Keys {
		keys = append(keys, quote(key))
	}
	for i, index := range t.Indexes {
		if !slices.Contains(t.Keys, index) {
			r.own = append(r.own, i)
			own = append(own, quote(index))
		}
	}
	columns := slices.Concat(keys, own, []string{`"row"`})
	if distinct := slices.Compact(slices.Sorted(slices.Values(columns))); len(distinct) < len(columns) {
		return nil, fmt.Errorf("table %s has key and index columns of the same name, or one named row: %s", t.Name, strings.Join(columns, ", "))
	}
	r.define(keys, own)
	r.prepare(columns, keys, own)
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
			quote("row_"+r.Name+"_"+index), r.name, quote(index)))
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
		r.find = append(r.find, "SELECT "+key+`, "row" FROM `+r.name+" WHERE "+quote(index)+"=?1"+order)
	}
}

// fill is the statement that adds so many rows to a table without indexes.
func (r *table) fill(rows int) string {
	one := "(" + strings.Repeat("?,", len(r.Keys)+len(r.own)) + "?)"
	return "REPLACE INTO " + r.name + " VALUES " + strings.Repeat(one+",", rows-1) + one
}

// check refuses a row that does not fit, so that it cannot do harm.
func (r *table) check(row *store.Row) error {
	if len(row.Indexed) != len(r.Indexes) {
		return fmt.Errorf("row %v of table %s has %d indexed values, want %d", row.Key, r.Name, len(row.Indexed), len(r.Indexes))
	}
	if !r.two && row.Key[1] != 0 {
		return fmt.Errorf("row %v of table %s has two keys, want one", row.Key, r.Name)
	}
	return nil
}
