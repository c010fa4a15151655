package postgres

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// TestEventsThatAreCopiedComeBackAsTheyWere takes so many that they go by COPY;
// the conformance suite's few do not.
func TestEventsThatAreCopiedComeBackAsTheyWere(t *testing.T) {
	s := open(t, claim(server(t).NewDatabase(t), newSchema()), Options{Tables: storetest.Tables()})
	defer closeStore(t, s)
	var want []store.Event
	for seq := int64(1); seq <= 2*manyEvents; seq++ {
		e := store.Event{Seq: seq, Time: time.Date(1999, 12, 31, 23, 59, 59, 123456000, time.UTC).AddDate(int(seq), 0, 0), Body: []byte(`{"ü":"€"}`)}
		switch seq % 4 {
		case 0:
			e.Epoch, e.Resync, e.Timeline, e.Ordinal = math.MaxInt32, true, math.MaxInt32, 1<<40
			e.LSN, e.XID, e.Key, e.Revision = 0xFFFFFFFF_FFFFFFFE, math.MaxUint32, store.Key{-1, 1 << 40}, 1<<41
		case 1:
			e.Entity, e.What, e.Subject, e.Company, e.Origin = "order", "updated", "order/S1", 4, "shopify"
			e.Changed, e.Before = []string{`qu"ote`, "größe"}, []byte(`{"größe":1}`)
		case 2:
			e.Changed, e.Before = []string{}, []byte{}
		}
		want = append(want, e)
	}
	put(t, s, &store.Batch{Events: want})
	var got []store.Event
	if err := s.Events(t.Context(), 0, 1000, func(e store.Event) bool { got = append(got, e); return true }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if err := s.Write(t.Context(), &store.Batch{Events: want}); err == nil {
		t.Error("events were written over others")
	}
	if err := errors.Join(s.Rollback(), s.Write(t.Context(), &store.Batch{}), s.Commit(t.Context())); err != nil {
		t.Error(err)
	}
}
