package storetest

import (
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Places of the tables that the suite works with.
const (
	lines  = iota // one key, two indexes
	levels        // two keys, an index on the second
	notes         // one key, no index
)

// Tables is what the store under test must be opened with.
func Tables() []store.Table {
	return []store.Table{
		{Name: "sale_order_line", Columns: []string{"id", "order_id", "product_id", "name"}, Keys: []string{"id"}, Indexes: []string{"order_id", "product_id"}},
		{Name: "stock_level", Columns: []string{"product_id", "warehouse_id", "quantity"}, Keys: []string{"product_id", "warehouse_id"}, Indexes: []string{"warehouse_id"}},
		{Name: "note", Columns: []string{"id", "text"}, Keys: []string{"id"}},
	}
}

// Opener makes an empty store with Tables. The suite closes it.
type Opener func(t *testing.T) store.Store

// Run is the suite.
func Run(t *testing.T, open Opener) {
	for _, c := range []struct {
		name string
		test func(*testing.T, store.Store)
	}{
		{"reads of the mirror see what is not committed", readYourWrites},
		{"other reads see only what is committed", committedReads},
		{"a rollback leaves nothing", rollback},
		{"a failed write takes its transaction with it", failedWrite},
		{"commit without writes is nothing", emptyCommit},
		{"rows are found in key order", findOrder},
		{"indexes follow their rows", indexMoves},
		{"an index of NULL finds nothing", noIndex},
		{"rows with two keys are found by either order", twoKeys},
		{"reading stops when told", stopping},
		{"deletes come before puts", deletesFirst},
		{"texts and keys come back as they were", exactTexts},
		{"documents come in pages in key order", documentPages},
		{"documents come back as they were", exactDocuments},
		{"events come in order", eventOrder},
		{"events come back as they were", exactEvents},
		{"what happened to one subject is found, newest first", history},
		{"documents are found by their subject", documentsNamed},
		{"journal bounds count on after a trim", journalBounds},
		{"a trim removes the oldest alone", trimPrefix},
		{"a slow reader overtaken by a trim misses nothing unnoticed", trimOvertakes},
		{"meta is what was last written", meta},
		{"cursors are saved and forgotten", cursors},
		{"when a lane passed an entry is known to a second", places},
		{"cursors wait for an open transaction", cursorsWait},
		{"a load replaces the table", loadReplaces},
		{"a load takes rows in any order", loadOrder},
		{"an aborted load leaves the table empty", loadAborted},
		{"a load does not begin within a transaction", loadWithin},
		{"loads of several tables go on at once", loadsAtOnce},
		{"size grows", size},
		{"readers are not disturbed by the writer", readersAndWriter},
		{"calls after close fail", afterClose},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			defer closeStore(t, s)
			c.test(t, s)
		})
	}
	t.Run("any sequence of operations agrees with a model", func(t *testing.T) { modelled(t, open) })
}
