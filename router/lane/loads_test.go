package lane

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/internal/store"
)

// loads are a lane's, as its durable cursor has them.
func (w *world) loads(t *testing.T, id string) []Load {
	t.Helper()
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	list, err := LoadsIn(w.store.cursors[id])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestALoadIsRememberedOnceThroughACrashInItsMiddle kills a lane in the middle of its initial load, twice, and has it go on with
// other entities. Every cursor that was ever durable knows of exactly one load, with the beginning that it had.
func TestALoadIsRememberedOnceThroughACrashInItsMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.write("order", 1, "created", fields{"n": 1})
		w.stored("order", 500)
		w.stored("customer", 700)
		w.stored("payment", 3)
		var saved []store.Cursor
		w.store.onSave = func(c store.Cursor) { saved = append(saved, c) }
		takenAtMost := func(most int) {
			n := 0
			w.broker.onMessage(func(string, *message.Message) outcomeKind {
				if n++; n > most {
					return withholds
				}
				return takes
			})
		}
		began := time.Now()
		takenAtMost(700)
		r := w.start(initial())
		time.Sleep(time.Second) // the cursor is saved
		r.crash()
		under := w.loads(t, "c/l")
		if len(under) != 1 || !under[0].Began.Equal(began) || !under[0].Ended.IsZero() || under[0].From != 1 || under[0].Why != LoadFirst {
			t.Fatalf("in the middle: %+v", under)
		}
		for _, is := range []struct {
			entity  string
			key     int64
			reached bool
		}{{"order", 1, true}, {"order", 900, true}, {"customer", 200, true}, {"customer", 201, false}, {"payment", 1, false}} {
			if got := under[0].Reached(is.entity, store.Key{is.key}); got != is.reached {
				t.Errorf("past %s/%d: %t", is.entity, is.key, got)
			}
		}
		w.write("order", 2, "updated", fields{"n": -2})
		changed := initial()
		changed.Entities = []string{"customer", "payment"} // order was sent, and is not asked for any more
		takenAtMost(100)
		r = w.start(changed)
		time.Sleep(time.Second)
		r.crash()
		takenAtMost(10_000)
		r = w.start(changed)
		eventually(t, "live", func() bool { return r.set.Status()[0].State == Live })
		ended := time.Now()
		time.Sleep(time.Second)
		_ = r.stop()
		r = w.start(changed)
		time.Sleep(time.Second)
		_ = r.stop()

		got := w.loads(t, "c/l")
		if len(got) != 1 || got[0].From != 1 || got[0].To != 2 || !slices.Equal(got[0].Entities, []string{"order", "customer", "payment"}) || got[0].Why != LoadFirst {
			t.Fatalf("when it has ended: %+v", got)
		}
		if e := got[0].Ended; e.Before(began.Add(2*time.Second)) || e.After(ended) {
			t.Errorf("it ended at %s, not until %s", e, ended)
		}
		if !got[0].Reached("payment", store.Key{3}) {
			t.Error("it has ended, and not got to everything")
		}
		for _, c := range saved {
			if list, err := LoadsIn(c); err != nil || len(list) != 1 || !list[0].Began.Equal(began) {
				t.Errorf("a cursor that was durable: %s, %v", c.State, err)
			}
		}
	})
}

// TestOlderAndNewerVersionsReadEachOthersLoads has a load that an older version began, and gives it one of this version.
func TestOlderAndNewerVersionsReadEachOthersLoads(t *testing.T) {
	const began = `"2026-11-23T07:00:00Z"`
	older := store.Cursor{Lane: "c/l", Seq: 7, State: []byte(`{"load":{"entity":"order","after":[5,0],"began":` + began + `},"entities":["order","customer"]}`)}
	list, err := LoadsIn(older)
	if err != nil || len(list) != 1 || list[0].From != 7 || !list[0].Ended.IsZero() || !list[0].Reached("order", store.Key{5}) || list[0].Reached("customer", store.Key{1}) {
		t.Errorf("begun by an older version: %+v, %v", list, err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.stored("order", 9)
		older.Seq = 0
		w.store.cursors["c/l"] = older
		r := w.start(initial())
		eventually(t, "live", func() bool { return r.set.Status()[0].State == Live })
		_ = r.stop()
		got := w.loads(t, "c/l")
		if len(got) != 1 || got[0].Ended.IsZero() || got[0].Began.Format(`"`+time.RFC3339+`"`) != began || !slices.Equal(got[0].Entities, []string{"order", "customer"}) {
			t.Errorf("and ended by this one: %+v", got)
		}
		if n := len(w.broker.queue(queue)); n != 4 {
			t.Errorf("%d documents, want those after the fifth", n)
		}
	})
	for _, none := range []string{"", `{"rules":{"of":"x"}}`} {
		if list, err := LoadsIn(store.Cursor{State: []byte(none)}); err != nil || len(list) > 0 {
			t.Errorf("%s: %+v, %v", none, list, err)
		}
	}
	if _, err := LoadsIn(store.Cursor{Lane: "c/l", State: []byte("{")}); err == nil {
		t.Error("what cannot be read is taken for none")
	}
	now := encodeState(state{Load: &loadState{progress: progress{Entity: "order", After: store.Key{5}}, Began: time.Unix(9, 0), Why: LoadGap, Entities: []string{"order"}}, Loads: []*Load{{Why: LoadFirst}}})
	var then struct { // what the version before this one reads
		Load *struct {
			progress
			Began time.Time `json:"began"`
		} `json:"load,omitempty"`
	}
	if err := json.Unmarshal(now, &then); err != nil || then.Load.Entity != "order" || then.Load.After != (store.Key{5}) || !then.Load.Began.Equal(time.Unix(9, 0)) {
		t.Errorf("read by an older version: %+v, %v", then, err)
	}
}

func TestTheNewestLoadsAreKept(t *testing.T) {
	var list []*Load
	for n := range mostLoads + 3 {
		before := list
		list = remember(list, &Load{Job: fmt.Sprint(n)})
		if n > 0 && before[len(before)-1].Job != fmt.Sprint(n-1) {
			t.Errorf("a list that a cursor has was changed: %s", before[len(before)-1].Job)
		}
	}
	if len(list) != mostLoads || list[0].Job != "3" || list[mostLoads-1].Job != fmt.Sprint(mostLoads+2) {
		t.Errorf("%d are kept, %s to %s", len(list), list[0].Job, list[len(list)-1].Job)
	}
}
