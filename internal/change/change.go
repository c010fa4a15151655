package change

import "time"

// Kind says what happened to a row.
type Kind byte

// The kinds of change that pgoutput reports (PostgreSQL documentation, 55.9).
const (
	Insert   Kind = 'I'
	Update   Kind = 'U'
	Delete   Kind = 'D'
	Truncate Kind = 'T' // the whole relation; Key and New are empty
)

// String names the kind as metrics and logs do.
func (k Kind) String() string {
	switch k {
	case Insert:
		return "insert"
	case Update:
		return "update"
	case Delete:
		return "delete"
	case Truncate:
		return "truncate"
	}
	return "unknown"
}

// State tells apart the three things that a column of a row image can be.
type State byte

// A value is SQL NULL, text, or was not sent because it is stored out of line
// (TOAST) and did not change: then the previous value still holds.
const (
	Null State = iota
	Text
	Unchanged
)

// Value is one column of a row image, in PostgreSQL's text format. Text is
// valid for as long as the Piece it came in: who keeps it copies it.
type Value struct {
	State State
	Text  []byte
}

// Column is one column of a relation as the server described it.
type Column struct {
	Name string
	Type uint32 // type OID
	Key  bool   // part of the replica identity
}

// Relation describes the table whose rows changed, as of the change. A new
// *Relation appears when the server describes the table anew (after DDL), so
// pointer identity tells whether a column mapping computed for it still holds.
type Relation struct {
	ID      uint32
	Schema  string
	Name    string
	Columns []Column
}

// Change is one row change. New is in the order of Relation.Columns; Old is
// set when the server sent it: the replica identity of an update that changed
// it or of a delete (other columns Null), in the order of Relation.Columns too.
type Change struct {
	Kind     Kind
	Relation *Relation
	Old      []Value
	New      []Value
}

// Piece is a committed transaction, or one part of a large one. Pieces of a
// transaction arrive in order and uninterrupted; Last marks the final one.
// A Piece that is Last, has no Changes and no XID is an idle advance: nothing
// was in flight and the log up to End holds nothing for us.
type Piece struct {
	XID        uint32
	Timeline   int32
	CommitTime time.Time
	Changes    []Change
	Last       bool
	End        LSN // commit end-LSN; set on the last piece only
}
