package cdc

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestTransactionsComeWholeAndInCommitOrder(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	var rec recorder
	run := start(t, r.source, from, confirming(r.source, rec.handle))
	r.exec(`INSERT INTO item VALUES (1, 'one'), (2, NULL)`)
	r.exec(`UPDATE item SET v = 'eins' WHERE id = 1`)
	r.exec(`UPDATE item SET id = 3 WHERE id = 2`)
	r.exec(`DELETE FROM item WHERE id = 1`)
	r.exec(`TRUNCATE item`)
	txs := rec.await(t, 5)
	columns := []string{"id", "v"}
	want := [][]got{
		{{Kind: change.Insert, New: []string{"1", "one"}}, {Kind: change.Insert, New: []string{"2", "∅"}}},
		{{Kind: change.Update, New: []string{"1", "eins"}}},
		{{Kind: change.Update, Old: []string{"2", "∅"}, New: []string{"3", "∅"}}},
		{{Kind: change.Delete, Old: []string{"1", "∅"}}},
		{{Kind: change.Truncate}},
	}
	for i := range want {
		for j := range want[i] {
			want[i][j].XID, want[i][j].Table, want[i][j].Columns = txs[i].XID, "item", columns
		}
		if diff := cmp.Diff(want[i], txs[i].Changes); diff != "" {
			t.Errorf("transaction %d (-want +got):\n%s", i, diff)
		}
	}
	run.stop()
	if got := r.confirmedOnServer(); got < txs[4].End {
		t.Errorf("after a stop in order the server has %s confirmed, not %s", got, txs[4].End)
	}
}
