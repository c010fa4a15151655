package lane

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/config"
)

func conflated(d time.Duration, urgent ...string) Spec {
	return Spec{Channel: "c", Name: "l", Entities: []string{"order", "stock_level"}, Pace: config.Pace{Conflate: d, Urgent: urgent}}
}

func TestConflatedLaneFlushesAWaitAfterTheFirstEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(conflated(2 * time.Minute))
		synctest.Wait()
		began := time.Now()
		w.write("order", 1, "created", fields{"n": 1})
		time.Sleep(90 * time.Second)
		w.write("order", 2, "created", fields{})
		w.write("order", 1, "updated", fields{"n": 2})
		synctest.Wait()
		s := r.set.Status()[0]
		if s.State != Waiting || s.Held != 2 || !s.NextFlush.Equal(began.Add(2*time.Minute)) || s.Age != 90*time.Second || s.Backlog != 3 {
			t.Errorf("status %+v", s)
		}
		time.Sleep(29 * time.Second)
		synctest.Wait()
		if got := w.lines(queue); len(got) != 0 {
			t.Errorf("before the wait is over: %v", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		want := []string{`1-0/118-1 order.created order/1 r2 [] null x2`, `1-0/110-1 order.created order/2 r1 [] null`}
		if d := cmp.Diff(want, w.lines(queue)); d != "" {
			t.Error(d)
		}
		if s := r.set.Status()[0]; s.State != Live || s.Held != 0 || !s.NextFlush.IsZero() || s.Age != 0 {
			t.Errorf("status %+v", s)
		}
		_ = r.stop()
	})
}

func TestUrgentEventTakesItsSubjectOutAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(conflated(2*time.Minute, "stock_level.out"))
		synctest.Wait()
		w.write("stock_level", 1, "changed", fields{"available": "5"})
		w.write("stock_level", 2, "changed", fields{"available": "5"})
		w.write("stock_level", 1, "out", fields{"available": "0"})
		w.write("stock_level", 1, "back", fields{"available": "3"})
		synctest.Wait()
		want := []string{`1-0/118-1 stock_level.out stock_level/1 r2 [available] {"available":"5"} x2`}
		if d := cmp.Diff(want, w.lines(queue)); d != "" {
			t.Error(d)
		}
		time.Sleep(time.Second)
		if got := w.store.cursor("c/l"); got != 1 {
			t.Errorf("cursor %d: want it before the oldest event held back", got)
		}
		time.Sleep(2 * time.Minute)
		want = append(want, `1-0/110-1 stock_level.changed stock_level/2 r1 [] null`,
			`1-0/120-1 stock_level.back stock_level/1 r3 [available] {"available":"0"}`)
		if d := cmp.Diff(want, w.lines(queue)); d != "" {
			t.Error(d)
		}
		_ = r.stop()
	})
}

func TestGroupNamesWhatChangedWhileItWasOutOfView(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		spec := conflated(time.Minute)
		spec.Where = map[string][]string{"tag": {"A"}}
		r := w.start(spec)
		synctest.Wait()
		w.write("order", 1, "created", fields{"n": 1, "tag": "A"})
		time.Sleep(2 * time.Minute)
		w.write("order", 1, "updated", fields{"n": 1, "tag": "B"})
		w.write("order", 1, "updated", fields{"n": 2, "tag": "B"})
		w.write("order", 1, "updated", fields{"n": 2, "tag": "A"})
		time.Sleep(2 * time.Minute)
		want := `1-0/120-1 order.updated order/1 r4 [n] {"n":1} x2`
		if got := w.lines(queue); len(got) != 2 || got[1] != want {
			t.Errorf("got %v", got)
		}
		_ = r.stop()
	})
}

func TestBlockedConflatedLaneMakesOneDeliveryPerSubjectOfItsBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(conflated(time.Minute))
		synctest.Wait()
		w.broker.setDown(true)
		for i := range 1200 {
			w.write("order", int64(i%3), "updated", fields{"n": i})
			time.Sleep(time.Second)
		}
		w.broker.setDown(false)
		eventually(t, "caught up", func() bool { return w.store.cursor("c/l") == 1200 })
		// Three are what the lane had in its hands when the broker went down, three stand for all since.
		if got := w.broker.queue(queue); len(got) > 9 {
			t.Errorf("%d deliveries for 3 subjects", len(got))
		}
		_ = r.stop()
	})
}

func TestTrimmedGroupIsAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(conflated(time.Hour))
		synctest.Wait()
		w.write("order", 1, "created", fields{})
		synctest.Wait()
		w.journal.trim(1)
		time.Sleep(2 * time.Hour)
		if s := r.set.Status()[0]; s.State != Stopped || !errors.Is(s.Err, ErrGap) {
			t.Errorf("status %+v", s)
		}
		_ = r.stop()
	})
}

func TestOwnEventsOnAConflatedLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		spec := conflated(time.Minute)
		spec.DropOwn = true
		r := w.start(spec)
		synctest.Wait()
		w.write("order", 1, "created", fields{"n": 1})
		w.write("order", 2, "created", fields{"n": 1})
		time.Sleep(2 * time.Minute)
		w.writeAs("c", "order", 1, "updated", fields{"n": 2})
		w.writeAs("c", "order", 2, "updated", fields{"n": 2})
		w.write("order", 2, "updated", fields{"n": 1}) // undoes what the channel knows that it did
		time.Sleep(2 * time.Minute)
		got := w.lines(queue)[2:]
		if d := cmp.Diff([]string{`1-0/128-1 order.updated order/2 r3 [n] {"n":1} x2`}, got); d != "" {
			t.Error(d)
		}
		if o := w.broker.queue(queue)[2].headers["origin"]; o != "" {
			t.Errorf("origin %q of a group that has two", o)
		}
		_ = r.stop()
	})
}

func TestNewSetRefusesWhatCannotWork(t *testing.T) {
	w := newWorld()
	specs := []Spec{
		{Channel: "c", Name: "a", Entities: []string{"order"}, Pace: config.Pace{Schedule: "* *"}},
		{Channel: "c", Name: "b", Entities: []string{"order"}, Pace: config.Pace{Schedule: "0 0 30 2 *"}},
		{Channel: "c", Name: "c", Entities: []string{"order"}, Pace: config.Pace{Schedule: "0 0 * * *", TimeZone: "Mars/Olympus"}},
		{Channel: "c", Name: "d", Entities: []string{"order"}, Pace: config.Pace{Schedule: "0 0 * * *", Conflate: time.Second}},
		{Channel: "c", Name: "e"},
		{Channel: "c", Name: "f", Entities: []string{"order"}}, {Channel: "c", Name: "f", Entities: []string{"order"}},
	}
	_, err := NewSet(specs, Options{Journal: w.journal})
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 6 {
		t.Errorf("want all 6 problems, got %v", err)
	}
}

func TestLeavingAndEnteringTheViewIsDeliveredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		spec := Spec{
			Channel: "c", Name: "l", Entities: []string{"customer"}, Fields: []string{"name"},
			Where: map[string][]string{"categories": {"VIP", "Gold"}},
		}
		r := w.start(spec)
		synctest.Wait()
		vip := []any{fields{"id": 7, "name": "VIP"}}
		w.write("customer", 1, "created", fields{"name": "A", "categories": vip})
		w.write("customer", 1, "updated", fields{"name": "A", "categories": []any{}})
		w.write("customer", 1, "updated", fields{"name": "B", "categories": []any{}})
		w.write("customer", 1, "updated", fields{"name": "B", "categories": vip})
		w.write("customer", 1, "updated", fields{"name": "B", "categories": vip, "phone": "1"})
		w.write("customer", 1, "updated", fields{"name": "B", "categories": []any{"Gold"}, "phone": "1"})
		w.write("customer", 1, "deleted", nil)
		synctest.Wait()
		want := []string{
			`1-0/108-1 customer.created customer/1 r1 [] null`,
			`1-0/110-1 customer.updated customer/1 r2 [] null left`,
			`1-0/120-1 customer.updated customer/1 r4 [] null entered`,
			`1-0/138-1 customer.deleted customer/1 r7 [] null`,
		}
		if d := cmp.Diff(want, w.lines(queue)); d != "" {
			t.Error(d)
		}
		_ = r.stop()
	})
}
