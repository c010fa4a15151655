package testkit

import (
	"context"
	"slices"
	"testing"
)

func TestEveryRecordingIsReadAsCallsRowsAndSQL(t *testing.T) {
	for _, release := range []string{"17", "18"} {
		all := Recordings(t, release)
		if len(all) < 46 {
			t.Fatalf("release %s has %d recordings", release, len(all))
		}
		for _, r := range all {
			if r.Number == "" || r.Name == "" || len(r.Calls) == 0 {
				t.Errorf("release %s: incomplete recording %q", release, r.Name)
			}
			known := 0
			for _, tx := range slices.Concat(r.Setup, r.Transactions) {
				if slices.ContainsFunc(tx.Changes, func(c RecordedChange) bool { return c.Columns != nil || c.Identity != nil }) {
					known++
				}
			}
			if known != len(r.SQL) {
				t.Errorf("release %s, %s-%s: %d transactions with known rows, %d as SQL", release, r.Number, r.Name, known, len(r.SQL))
			}
		}
	}
}

func TestRecordingsPlayOnTheBaseline(t *testing.T) {
	pg := Postgres(t)
	dsn := pg.NewOdoo(t, "17")
	for _, r := range Recordings(t, "17") {
		for _, tx := range r.SQL {
			pg.Exec(t, dsn, tx.String())
		}
	}
	var shipped int
	err := pg.Connect(t, dsn).QueryRow(context.Background(),
		"SELECT count(*) FROM public.sale_order WHERE name = 'S00025' AND state = 'sale'").Scan(&shipped)
	if err != nil || shipped != 1 {
		t.Errorf("the confirmed order: %d, %v", shipped, err)
	}
}

func TestSplittingLeavesSemicolonsInLiteralsAlone(t *testing.T) {
	txs, err := splitSQL("BEGIN;\nINSERT INTO a VALUES ('x; it''s\n;', ';');\nDELETE FROM b;\nCOMMIT;\nBEGIN;\nCOMMIT;\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(txs) != 2 || len(txs[0].Statements) != 2 || len(txs[1].Statements) != 0 {
		t.Errorf("split into %+v", txs)
	}
	if _, err := splitSQL("DELETE FROM b;"); err == nil {
		t.Error("a statement outside a transaction was taken")
	}
}
