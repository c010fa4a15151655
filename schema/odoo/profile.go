package odoo

import "time"

// Key identifies a row or an entity: one integer, or two. Unused places are 0.
type Key = [2]int64

// Profile is the mapping of one Odoo release.
type Profile struct {
	Release  string // "17.0"
	Tables   []*Table
	Sums     []*Sum
	Entities []*Entity // in the order in which a transaction's events are numbered

	// PlacedOrder finds a channel's order by its external id, "channel_shopify.order_5001". found
	// is false as long as Odoo has not made it, and once it is deleted.
	PlacedOrder func(rows Rows, externalID string) (placed Placed, found bool)
	// Takes is what Odoo takes from which stock levels once it confirms an order of so many (a decimal,
	// in the product's unit) of a product: named by its SKU or, where that is empty, its barcode; in the
	// warehouses of the short name and company, "" and 0 for any. Of a kit these are its components' levels.
	Takes func(rows Rows, sku, barcode, quantity, warehouse string, company int64) Taken
	// AltersKits reports whether a row change may alter what kits are taken apart into.
	AltersKits func(t *Table, old, new Row) bool
}

// Column is one mirrored column. Name is what the mapping calls it; Source is
// the column's name in this release, or "" where the release or the database has none: then its
// value is always NULL, and documents leave the field out.
type Column struct {
	Name     string
	Source   string
	Optional bool   // a module that need not be installed adds it
	Type     string // PostgreSQL's name of the type; "" until Check has seen the database
}

// Index is a column that Rows.Find (an integer) or Rows.FindText looks up. An
// Open index finds only the rows that the table's Open takes.
type Index struct {
	Column int
	Text   bool
	Open   bool
}

// Table is one mirrored table. Its key columns come first in Columns. A table
// with the columns create_uid, write_uid and write_date mirrors them, under those names.
type Table struct {
	ID       int // position in Profile.Tables
	Name     string
	Keys     int // 1 or 2 leading integer columns
	Columns  []Column
	Indexes  []Index
	Resident bool           // small reference data: kept in memory whole
	Optional bool           // its module need not be installed
	Absent   bool           // Check found no such table: there is nothing to read or to publish
	Keep     func(Row) bool // nil keeps every row; a row that is not kept counts as absent
	Open     func(Row) bool // the rows that Open indexes find: the few that still matter of many
	// Moments yields when what the row says begins or ceases to hold, to the second, without any row change.
	Moments func(row Row, yield func(time.Time))
	Extra   int // how many of the last Columns were added by configuration

	module      string // that the table comes with; "" for base
	bookkeeping int    // where the columns that say who wrote the row begin
}

// Sum is totals over the rows of a table, or of several, kept current row change by row change.
type Sum struct {
	ID      int // position in Profile.Sums
	Name    string
	Keys    []string // names of the two parts of its key
	Amounts []string // names of the totals
	Parts   []Part
}

// Part is one table's share in a sum.
type Part struct {
	Of *Table
	// Contribute says which totals the row adds to, and how much: add's amounts
	// are those of the totals from first on.
	Contribute func(rows Rows, row Row, add func(key Key, first int, amounts ...Decimal))
	// Affected yields, by table, the rows of Of whose contribution may differ once old has
	// become new in that other table.
	Affected map[*Table]func(rows Rows, old, new Row, yield func(Row))
}

// Rows reads the mirror as of the current point in the transaction. A failed
// read yields absent rows; the caller of Build finds the error afterwards where
// it made the Rows.
type Rows interface {
	Get(t *Table, key Key) (Row, bool)
	Find(t *Table, column int, value int64) []Row
	FindText(t *Table, column int, value string) []Row
	// Scan yields every row, in key order. It is cheap for Resident tables only.
	Scan(t *Table, yield func(Row) bool)
	// Sum returns the totals at the key, and how many rows made them.
	Sum(s *Sum, key Key) (amounts []Decimal, rows int64)
	// Now is the moment as of which dated rows count. It never goes back.
	Now() time.Time
	// ScanSum yields every key of the sum.
	ScanSum(s *Sum, yield func(Key) bool)
}

// Built is an entity's document as its rows now make it.
type Built struct {
	Name    string // the key as channels see it: "S00042"; only its first value is ever used
	Company int64
	Body    []byte // canonical JSON object: fixed order, no spaces
}

// Happening is one thing that happened to an entity.
type Happening struct {
	What string
	// Changed and Before replace the computed ones when Implied is set: a
	// milestone that the entity was created beyond.
	Implied bool
	Changed []string
}

// Entity is one kind of thing that channels hear of.
type Entity struct {
	Name string
	// Touches tells, by table, which documents a row change may alter. Old or
	// new is the zero Row for an insert or a delete.
	Touches map[*Table]func(rows Rows, old, new Row, touch func(Key))
	// Keys yields every key that may have a document.
	Keys func(rows Rows, yield func(Key) bool)
	// Build makes the document; ok is false when there is no such entity. previous is the
	// stored document's body, nil when there is none.
	Build func(rows Rows, key Key, previous []byte) (built Built, ok bool)
	// Passes tells, by table, that a row which existed before and after a change belonged to
	// one of the entities and belongs to another now. nil: nobody asks.
	Passes map[*Table]func(old, new Row, passed func(from, to Key))
	// LastWords is what the event about an entity that is gone says in place of previous, nil
	// for previous itself. heirs are those that something passed to in the transaction; of
	// many a few. The func is nil where there is never more to say.
	LastWords func(rows Rows, key Key, previous []byte, heirs []Key) []byte
	// Happenings names what took the entity from one body to the other; nil
	// bodies stand for "not there". None means: store silently.
	Happenings func(old, new []byte, changed []string) []Happening
}
