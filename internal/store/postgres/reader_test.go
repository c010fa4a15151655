package postgres

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// TestAReaderSeesWhatIsCommittedAndCannotWrite looks into a store and its ledger beside the bridge that has them.
func TestAReaderSeesWhatIsCommittedAndCannotWrite(t *testing.T) {
	c := claim(server(t).NewDatabase(t), newSchema())
	if _, err := OpenReader(t.Context(), c.DSN, c.Schema); err == nil || !strings.Contains(err.Error(), "there is no store") {
		t.Errorf("where there is none: %v", err)
	}
	l := openLedger(t, c)
	defer l.Close() //nolint:errcheck // what it did was read
	order := store.Document{Entity: "order", Key: store.Key{42}, Subject: "order/S00042", Revision: 1, Last: 1, Body: []byte(`{}`)}
	event := store.Event{Seq: 1, Time: time.Unix(1, 0), Entity: "order", What: "created", Key: order.Key, Subject: order.Subject, Revision: 1, Body: order.Body}
	write := func(b *store.Batch) {
		t.Helper()
		if err := l.store.Write(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	write(&store.Batch{Documents: []store.Document{order}, Events: []store.Event{event}, Meta: map[string]string{"position": "1"}})
	if err := l.store.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	order.Revision = 2
	write(&store.Batch{Documents: []store.Document{order}, Meta: map[string]string{"position": "2"}})
	if _, err := l.Claim(t.Context(), &store.Command{Channel: "shop", ID: "a", Workload: "orders", Keys: []string{"order/shop/1"}, Body: []byte("{}"), Received: time.Now()}); err != nil {
		t.Fatal(err)
	}

	r, err := OpenReader(t.Context(), c.DSN, c.Schema)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // it only reads
	named, err := r.DocumentsNamed(t.Context(), order.Subject)
	position, _, metaErr := r.Meta(t.Context(), "position")
	if err := errors.Join(err, metaErr); err != nil || len(named) != 1 || named[0].Revision != 1 || position != "1" {
		t.Errorf("found %v, position %q, %v", named, position, err)
	}
	entries := 0
	if err := store.History(t.Context(), r, "order", order.Key, named[0].Last, 10, func(store.Event) bool { entries++; return true }); err != nil || entries != 1 {
		t.Errorf("%d entries, %v", entries, err)
	}
	for _, f := range []store.CommandFilter{{About: "a"}, {Key: "order/shop/1"}} {
		if found, err := r.Ledger().Commands(t.Context(), f); err != nil || len(found) != 1 {
			t.Errorf("by %+v: %v, %v", f, found, err)
		}
	}
	if _, err := r.pool.Exec(t.Context(), "UPDATE meta SET value = '3'"); err == nil {
		t.Error("a reader could write")
	}
}
