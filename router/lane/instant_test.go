package lane

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

const queue = "channel.c.l"

func instant(change ...func(*Spec)) Spec {
	s := Spec{Channel: "c", Name: "l", Entities: []string{"order"}}
	for _, f := range change {
		f(&s)
	}
	return s
}

func ids(list []received) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].id
	}
	return out
}

// eventually lets time pass until the condition holds; in a bubble that takes no time.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 10_000 {
		synctest.Wait()
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func TestInstantLaneDeliversInOrderWithHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(instant())
		synctest.Wait()
		w.write("order", 1, "created", fields{"state": "draft"})
		w.write("product", 1, "created", fields{})
		e := w.writeAs("shop", "order", 1, "confirmed", fields{"state": "sale"})
		synctest.Wait()
		want := []string{
			`1-0/108-1 order.created order/1 r1 [] null`,
			`1-0/118-1 order.confirmed order/1 r2 [state] {"state":"draft"}`,
		}
		if d := cmp.Diff(want, w.lines(queue)); d != "" {
			t.Fatal(d)
		}
		wantHeaders := map[string]string{
			schema.HeaderEntity: "order", schema.HeaderKey: "1", schema.HeaderRevision: "2", schema.HeaderCompany: "1",
			schema.HeaderOrigin: "shop", schema.MetadataType: "order.confirmed",
			schema.MetadataTime: e.Time.UTC().Format(time.RFC3339Nano),
		}
		if d := cmp.Diff(wantHeaders, w.broker.queue(queue)[1].headers); d != "" {
			t.Error(d)
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if got := w.store.cursor("c/l"); got != 3 {
			t.Errorf("saved cursor %d, want 3", got)
		}
	})
}

func TestFirstStartSkipsWhatWasBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.write("order", 1, "created", fields{})
		r := w.start(instant())
		synctest.Wait()
		if got := w.store.cursor("c/l"); got != 1 {
			t.Errorf("the first cursor is not saved at once: %d", got)
		}
		w.write("order", 2, "created", fields{})
		synctest.Wait()
		if got := ids(w.broker.queue(queue)); !slices.Equal(got, []string{"1-0/110-1"}) {
			t.Errorf("got %v", got)
		}
		_ = r.stop()
	})
}

func TestFirehosePublishesEverythingWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		specs := Specs(nil, true)
		r := w.start(specs...)
		synctest.Wait()
		w.write("order", 1, "confirmed", fields{"state": "sale"})
		e := &store.Event{LSN: 1, Timeline: 1, Ordinal: 1, Entity: "customer", What: "created", Subject: "customer/1", Body: []byte(`{}`)}
		w.journal.append(e)
		synctest.Wait()
		var got []string
		for _, r := range w.broker.queue("odoo.events") {
			got = append(got, fmt.Sprintf("%s %s", r.headers[schema.MetadataExchange], r.headers[schema.MetadataRoutingKey]))
		}
		if d := cmp.Diff([]string{"odoo.events order.confirmed.1", "odoo.events customer.created.0"}, got); d != "" {
			t.Error(d)
		}
		_ = r.stop()
	})
}

func TestOwnEventsCanBeDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(instant(func(s *Spec) { s.DropOwn = true }), instant(func(s *Spec) { s.Name = "all" }))
		synctest.Wait()
		w.writeAs("c", "order", 1, "created", fields{"n": 1})
		w.writeAs("d", "order", 1, "updated", fields{"n": 2})
		synctest.Wait()
		if got := ids(w.broker.queue(queue)); !slices.Equal(got, []string{"1-0/110-1"}) {
			t.Errorf("own: drop: %v", got)
		}
		if got := ids(w.broker.queue("channel.c.all")); len(got) != 2 {
			t.Errorf("own: deliver: %v", got)
		}
		_ = r.stop()
	})
}

func TestStopWaitsForConfirmationsAndSavesThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.broker.onMessage(func(string, *message.Message) outcomeKind { return withholds })
		r := w.start(instant())
		synctest.Wait()
		w.write("order", 1, "created", fields{})
		synctest.Wait()
		go func() { time.Sleep(3 * time.Second); w.broker.release(queue) }()
		began := time.Now()
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("stopped after %s", took)
		}
		if got := w.store.cursor("c/l"); got != 1 {
			t.Errorf("cursor %d", got)
		}
	})
}

func TestCursorSavesAreFewAndNeverInTheWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(instant())
		synctest.Wait()
		w.store.breakWith(store.ErrFull)
		for i := range 500 {
			w.write("order", int64(i), "created", fields{})
			time.Sleep(2 * time.Millisecond)
		}
		if got := len(w.broker.queue(queue)); got != 500 {
			t.Errorf("%d delivered while the store is full", got)
		}
		w.store.breakWith(nil)
		eventually(t, "saved", func() bool { return w.store.cursor("c/l") == 500 })
		before := w.store.countSaves()
		for i := range 1000 {
			w.write("order", int64(i), "updated", fields{"i": i})
			time.Sleep(time.Millisecond)
		}
		eventually(t, "saved", func() bool { return w.store.cursor("c/l") == 1500 })
		if n := w.store.countSaves() - before; n > 7 {
			t.Errorf("%d saves in a second", n)
		}
		_ = r.stop()
	})
}
