package postgres

import (
	"fmt"
	"strings"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
)

// table is a mirrored table and its statements.
type table struct {
	store.Table
	name    string   // of the table in the schema, quoted
	own     []int    // places of the Indexes that have a column of their own; the others are keys
	two     bool     // two key columns
	columns []string // quoted: keys, own indexes, row
	create  string   // statements that make it, without its key and indexes
	indexes string   // statements that make these
	dedupe  string   // statement that leaves the newest of the rows with the same key
	drop    string
	upsert  string
	delete  string
	get     string
	scan    string
	find    []string
}

// longestName is how many bytes of a name PostgreSQL takes.
const longestName = 63

func newTable(t store.Table) (*table, error) {
	if len("row_"+t.Name) > longestName {
		return nil, fmt.Errorf("table %s has a name of more than %d bytes", t.Name, longestName-len("row_"))
	}
	c, err := describe.ColumnsOf(&t)
	if err != nil {
		return nil, err
	}
	r := &table{Table: t, name: describe.Quote("row_" + t.Name), own: c.At, columns: c.All, two: len(t.Keys) == 2}
	r.define(c.Keys, c.Own)
	r.read(c.Keys)
	r.write(c.Keys, c.Own)
	return r, nil
}

// define says how the table is kept: with room in its pages for rows that
// change in place, and without compression, which costs more than it saves here.
func (r *table) define(keys, own []string) {
	list := strings.Join(keys, ", ")
	columns := strings.Join(keys, " bigint NOT NULL, ") + " bigint NOT NULL"
	for _, column := range own {
		columns += ", " + column + " bigint"
	}
	r.drop = "DROP TABLE IF EXISTS " + r.name
	r.create = fmt.Sprintf(`CREATE TABLE %s (%s, "row" text NOT NULL) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05); `+
		`ALTER TABLE %[1]s ALTER "row" SET STORAGE EXTERNAL`, r.name, columns)
	r.indexes = fmt.Sprintf("ALTER TABLE %s ADD PRIMARY KEY (%s)", r.name, list)
	for _, index := range r.Indexes {
		if index != r.Keys[0] {
			r.indexes += fmt.Sprintf("; CREATE INDEX ON %s (%s)", r.name, describe.Quote(index))
		}
	}
	// Each piece of a load is a transaction of its own and has a key once.
	r.dedupe = fmt.Sprintf("DELETE FROM %s t USING (SELECT ctid, row_number() OVER (PARTITION BY %s ORDER BY age(xmin)) AS n FROM %[1]s) d "+
		"WHERE t.ctid = d.ctid AND d.n > 1", r.name, list)
}

func (r *table) read(keys []string) {
	where, key := keys[0]+" = $1", keys[0]+", 0::bigint"
	if r.two {
		where += " AND " + keys[1] + " = $2"
		key = keys[0] + ", " + keys[1]
	}
	order := " ORDER BY " + strings.Join(keys, ", ")
	r.get = `SELECT "row" FROM ` + r.name + " WHERE " + where
	r.scan = "SELECT " + key + `, "row" FROM ` + r.name + order
	for _, index := range r.Indexes {
		r.find = append(r.find, "SELECT "+key+`, "row" FROM `+r.name+" WHERE "+describe.Quote(index)+" = $1"+order)
	}
}

func (r *table) write(keys, own []string) {
	var arrays []string
	for i := range len(keys) + len(own) {
		arrays = append(arrays, fmt.Sprintf("$%d::bigint[]", i+1))
	}
	arrays = append(arrays, fmt.Sprintf("$%d::text[]", len(arrays)+1))
	set := `"row" = excluded."row"`
	for _, column := range own {
		set += ", " + column + " = excluded." + column
	}
	r.upsert = fmt.Sprintf("INSERT INTO %s (%s) SELECT * FROM unnest(%s) ON CONFLICT (%s) DO UPDATE SET %s",
		r.name, strings.Join(r.columns, ", "), strings.Join(arrays, ", "), strings.Join(keys, ", "), set)
	r.delete = fmt.Sprintf("DELETE FROM %s WHERE %s = ANY($1::bigint[])", r.name, keys[0])
	if r.two {
		r.delete = fmt.Sprintf("DELETE FROM %s USING unnest($1::bigint[], $2::bigint[]) AS gone(a, b) WHERE %s = a AND %s = b", r.name, keys[0], keys[1])
	}
}
