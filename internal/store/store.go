package store

import (
	"context"
	"errors"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
)

// Key identifies a mirrored row or a document: one integer, or two (a relation
// table of a many2many field, a product in a warehouse). Unused places are 0.
type Key [2]int64

// Table describes one mirrored relation. The position of a table in the list
// given to Open is its identity in all calls.
type Table struct {
	Name    string   // Odoo's table name, or a name of ours for sums
	Columns []string // names of the columns in a row's text, in order
	Keys    []string // names of the one or two key columns
	Indexes []string // names of the integer columns that Find looks up
}

// Row is a mirrored row: its columns in PostgreSQL's COPY text format
// (tab-separated, \N for NULL), without the newline.
type Row struct {
	Key  Key
	Text string
	// Indexed holds the value of each of the table's Indexes; NoIndex where
	// it is NULL.
	Indexed []int64
}

// NoIndex marks an indexed column that is NULL: Find never returns the row for it.
const NoIndex = int64(-1) << 63

// Document is an entity as channels see it, with what is needed to number and
// name its next event.
type Document struct {
	Entity   string
	Key      Key
	Subject  string // "order/S00042": fixed when the document is first stored
	Revision int64
	Last     int64      // its newest journal entry; 0: it has had none, Unlinked: not known
	LSN      change.LSN // commit that gave it its present form
	Company  int64      // 0 when the entity belongs to no company
	Body     []byte     // canonical JSON object
}

// Event is one entry of the journal. Seq is assigned by the caller, without gaps.
type Event struct {
	Seq int64
	// Epoch counts how often the database's log began anew: restored to an earlier
	// moment, or another database taken on. Positions are comparable within one only.
	Epoch    int32
	Timeline int32
	LSN      change.LSN // commit end-LSN
	Ordinal  int        // place among the events of the transaction, from 1; of those of a moment beyond any int32
	XID      uint32
	Time     time.Time // commit time
	Entity   string
	What     string
	Key      Key
	Subject  string
	Revision int64
	Company  int64
	Origin   string // channel that caused it, or ""
	Resync   bool   // found by comparing with a new snapshot, not in the log
	Body     []byte // the whole document, canonical JSON object
	Changed  []string
	Before   []byte // JSON object of the changed fields' previous values; nil when there are none
	// Previous is the entry before this one of the same entity and key; 0: there was none, Unlinked: not known.
	Previous int64
}

// Unlinked stands for the number of a journal entry in what was written before
// entries of one subject led from each to the one before it.
const Unlinked = int64(-1)

// RowPut stores Row in place of Old; Old is nil when there was none, and is
// what tells the store which index entries to move.
type RowPut struct {
	Table int
	Row   Row
	Old   *Row
}

// RowDelete removes a row.
type RowDelete struct {
	Table int
	Old   Row
}

// Batch is a set of writes that belong together. Deletes come before Puts and
// Forgotten before Documents, otherwise places in it mean nothing: a key is named once.
type Batch struct {
	Puts      []RowPut
	Deletes   []RowDelete
	Documents []Document
	Forgotten []Document // documents to remove; Entity and Key suffice
	Events    []Event
	Meta      map[string]string // merged over what is stored
}

// Mirror reads the mirrored rows and documents as last written. Rows are
// yielded in key order. Yield functions must not call the store.
type Mirror interface {
	Row(table int, key Key) (text string, found bool, err error)
	Find(table, index int, value int64, yield func(Key, string) bool) error
	Scan(table int, yield func(Key, string) bool) error
	Document(entity string, key Key) (Document, bool, error)
}

// Cursor is how far a lane has got.
type Cursor struct {
	Lane    string // "<channel>/<lane>"
	Seq     int64  // last journal entry that needs no further delivery
	State   []byte // the lane's own: progress of an initial load, pending keys of a conflated lane
	Updated time.Time
}

// ErrFull reports that the store has reached its configured size or its disk
// has next to no room left. Nothing of the failed write is kept.
var ErrFull = errors.New("store is full")

// ErrLayout reports that the mirrored rows on disk were written for another
// list of columns than the one asked for.
var ErrLayout = errors.New("store was written for another set of columns")

// ErrInUse reports that another process has the store open.
var ErrInUse = errors.New("store is in use")

// ErrClosed reports a call after Close.
var ErrClosed = errors.New("store is closed")

// ErrNewer reports that the store was written by a newer program.
var ErrNewer = errors.New("store was written by a newer version")

// ErrLost reports that the way to the store's server broke. What was not
// committed is gone, and what was being committed is unknown, until the store
// is opened again.
var ErrLost = errors.New("the connection to the store is lost")

// ErrDeposed reports that another bridge has taken the store over: nothing can
// be written any more, and nothing may be published.
var ErrDeposed = errors.New("another bridge has taken the store over")

// Store is what the bridge remembers.
type Store interface {
	Mirror

	// Write adds the batch to the open transaction, beginning one if needed.
	// When it fails, all writes since the last Commit are gone, and Write and
	// Commit go on failing until Rollback. The batch is not kept.
	Write(ctx context.Context, b *Batch) error
	// Commit makes all writes since the last Commit durable at once. When it
	// fails they are gone, or after a failing disk unknown until the store is opened again.
	Commit(ctx context.Context) error
	// Rollback forgets all writes since the last Commit.
	Rollback() error

	// Load empties a table and fills it in bulk; indexes are built at the end.
	// It fails while writes wait for their Commit. A load that is not finished
	// when the store is closed, or the process killed, leaves the table empty.
	Load(ctx context.Context, table int) (Loader, error)

	// Meta returns the value last written under the name.
	Meta(ctx context.Context, name string) (value string, found bool, err error)

	// Events calls yield for committed journal entries after the given
	// sequence number, in order, until it returns false or limit is reached. It
	// may end early when TrimJournal overtakes it, but never leaves an entry out.
	// yield may take its time: it holds nothing back.
	Events(ctx context.Context, after int64, limit int, yield func(Event) bool) error
	// JournalBounds returns the first and last sequence number kept; 0, 0
	// when the journal is empty and nothing was ever written, n+1, n when all
	// up to n has been trimmed.
	JournalBounds(ctx context.Context) (first, last int64, err error)
	// TrimJournal removes the journal's oldest entries, up to the given sequence number
	// or the first that is not older than the given time, and returns how many it removed.
	TrimJournal(ctx context.Context, upTo int64, olderThan time.Time) (removed int64, err error)
	// Documents yields committed documents of an entity after the given key, in key order.
	Documents(ctx context.Context, entity string, after Key, limit int, yield func(Document) bool) error
	// DocumentsNamed returns the committed documents with the subject.
	DocumentsNamed(ctx context.Context, subject string) ([]Document, error)
	// EventsOf calls yield for committed journal entries of one entity and key, newest first, beginning before the
	// given sequence number, until it returns false or limit is reached. It reads all of the journal before
	// that number: follow Event.Previous instead wherever it is known (see History).
	EventsOf(ctx context.Context, entity string, key Key, before int64, limit int, yield func(Event) bool) error

	// Cursors returns every lane's cursor.
	Cursors(ctx context.Context) ([]Cursor, error)
	// SaveCursors stores the cursors; it may wait for an open transaction. Of the places that they leave, some are
	// kept: see Passing.
	SaveCursors(ctx context.Context, cursors []Cursor) error
	// Passed tells when a lane passed journal entries, in the order asked for.
	Passed(ctx context.Context, lane string, entries []int64) ([]Passing, error)
	// ForgetCursor removes a lane's cursor, and what is kept of its places.
	ForgetCursor(ctx context.Context, lane string) error

	// Size is what the store occupies, in bytes. Room that removed entries have
	// left behind is used again and does not count.
	Size(ctx context.Context) (int64, error)
	// Limit is the size, in bytes, at which writes fail with ErrFull: what the store may have, or what there is
	// room for on its disk when that is less. 0: none is known.
	Limit(ctx context.Context) (int64, error)
	Close() error
}

// Loader takes the rows of one table in any order; of rows with the same key
// the last one stays. It is not safe for concurrent use, but loaders of different
// tables may be used at once.
type Loader interface {
	Add(ctx context.Context, rows []Row) error
	// Finish builds the indexes and makes the table durable.
	Finish(ctx context.Context) error
	// Abort leaves the table empty. After Finish it does nothing.
	Abort() error
}
