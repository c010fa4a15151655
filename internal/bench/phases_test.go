package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestThePartsOfAFirstStartAreToldApart(t *testing.T) {
	var w phaseWatch
	at := time.Unix(1_000_000, 0)
	for i, body := range []string{
		`{"ready":false,"reason":"reading the tables: 40 %, 3 of 30 tables"}`,
		`{"ready":false,"reason":"building documents: customer, 0 of 7"}`,
		`{"ready":false,"reason":"building documents: customer, 7 of 7"}`,
		`{"ready":false,"reason":"building documents: order, 1000 of 5000"}`,
		`{"ready":false,"reason":"building documents: order, 5000 of 5000"}`,
		`{"ready":true}`,
	} {
		w.see(body, at.Add(time.Duration(i)*time.Second))
	}
	const log = `{"msg":"started"}
not JSON
{"msg":"the tables are read","elapsed":1500000000}
{"msg":"the snapshot is complete","elapsed":5500000000}
`
	got, err := w.result(log)
	if err != nil {
		t.Fatal(err)
	}
	want := phases{
		read: 1500 * time.Millisecond, index: time.Second, total: 5500 * time.Millisecond,
		builds: []build{{"customer", "7", 2 * time.Second}, {"order", "5000", time.Second}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(phases{}, build{})); diff != "" {
		t.Error(diff)
	}
	if _, err := w.result(`{"msg":"started"}`); err == nil {
		t.Error("a start that said nothing was timed")
	}
}
