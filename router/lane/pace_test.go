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

func TestHeldBackEventsSurviveARestart(t *testing.T) {
	for name, end := range map[string]func(*running){"stop": func(r *running) { _ = r.stop() }, "crash": (*running).crash} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				r := w.start(conflated(2 * time.Minute))
				synctest.Wait()
				w.write("order", 1, "created", fields{"n": 1})
				w.write("order", 1, "updated", fields{"n": 2})
				time.Sleep(time.Minute)
				end(r)
				if got := w.lines(queue); len(got) != 0 {
					t.Fatalf("delivered before its time: %v", got)
				}
				time.Sleep(10 * time.Minute)
				r = w.start(conflated(2 * time.Minute))
				synctest.Wait() // the wait was over long ago
				if d := cmp.Diff([]string{`1-0/110-1 order.created order/1 r2 [] null x2`}, w.lines(queue)); d != "" {
					t.Error(d)
				}
				_ = r.stop()
			})
		})
	}
}

// A crash after the delivery of a state in between, and before its cursor was
// saved: the group that is rebuilt comes to nothing, but the channel must not
// be left with that state.
func TestRebuiltGroupThatComesToNothingIsDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(conflated(time.Minute))
		synctest.Wait()
		w.write("order", 1, "created", fields{"n": 1})
		time.Sleep(2 * time.Minute)
		w.store.breakWith(errors.New("the disk is slow"))
		w.write("order", 1, "updated", fields{"n": 2})
		time.Sleep(2 * time.Minute)
		w.write("order", 1, "updated", fields{"n": 1})
		r.crash()
		r = w.start(conflated(time.Minute))
		time.Sleep(2 * time.Minute)
		want := []string{
			`1-0/108-1 order.created order/1 r1 [] null`,
			`1-0/110-1 order.updated order/1 r2 [n] {"n":1}`,
			`1-0/118-1 order.updated order/1 r3 [n] {"n":1} x2`,
		}
		if d := cmp.Diff(want, w.lines(queue)); d != "" {
			t.Error(d)
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

func TestScheduledLaneDeliversAtTheTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// A bubble begins on 2000-01-01 00:00 UTC, 01:00 in Berlin.
		w := newWorld()
		spec := Spec{Channel: "c", Name: "l", Entities: []string{"order"}, Pace: config.Pace{Schedule: "30 3 * * *", TimeZone: "Europe/Berlin"}}
		r := w.start(spec)
		synctest.Wait()
		w.write("order", 1, "updated", fields{"n": 1})
		time.Sleep(time.Hour)
		w.write("order", 1, "updated", fields{"n": 2})
		time.Sleep(90*time.Minute - time.Second)
		synctest.Wait()
		if got := w.lines(queue); len(got) != 0 {
			t.Errorf("before the tick: %v", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := w.broker.queue(queue); len(got) != 1 || got[0].Revision != 2 {
			t.Errorf("at the tick: %v", got)
		}
		w.write("order", 1, "updated", fields{"n": 3})
		synctest.Wait()
		_ = r.stop()

		time.Sleep(72 * time.Hour) // three ticks missed
		r = w.start(spec)
		synctest.Wait()
		w.write("order", 1, "updated", fields{"n": 4})
		time.Sleep(time.Minute)
		if got := w.broker.queue(queue); len(got) != 2 || got[1].Revision != 3 {
			t.Errorf("missed ticks are made up once: %v", got)
		}
		time.Sleep(24 * time.Hour)
		if got := w.broker.queue(queue); len(got) != 3 || got[2].Revision != 4 {
			t.Errorf("then the schedule goes on: %v", got)
		}
		_ = r.stop()
	})
}

func TestMemoryComesBeforePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.opts.MaxPendingBytes = 100 * 300
		r := w.start(conflated(time.Hour))
		synctest.Wait()
		for i := range 1000 {
			w.write("order", int64(i), "created", fields{})
		}
		synctest.Wait()
		got := w.broker.queue(queue)
		if len(got) < 500 {
			t.Errorf("%d of 1000 went out early", len(got))
		}
		if s := r.set.Status()[0]; s.Held > 400 {
			t.Errorf("%d held back", s.Held)
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

func TestPaceCountsFromTheCommit(t *testing.T) {
	now := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	wait, err := newPace(config.Pace{Conflate: 2 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	daily, err := newPace(config.Pace{Schedule: "30 2 * * *", TimeZone: "Europe/Berlin"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		pace   pace
		commit time.Time
		want   time.Time
	}{
		{"fresh", wait, now.Add(-time.Second), now.Add(2 * time.Minute)},
		{"database clock a little behind", wait, now.Add(-50 * time.Second), now.Add(2 * time.Minute)},
		{"database clock ahead", wait, now.Add(time.Hour), now.Add(2 * time.Minute)},
		{"old", wait, now.Add(-time.Hour), now.Add(-58 * time.Minute)},
		{"02:30 does not exist on that night", daily, now, time.Date(2026, 3, 30, 0, 30, 0, 0, time.UTC)},
		{"tick missed", daily, now.Add(-24 * time.Hour), time.Date(2026, 3, 28, 1, 30, 0, 0, time.UTC)},
	} {
		if got := tt.pace.due(tt.commit, now); !got.Equal(tt.want) {
			t.Errorf("%s: due %s, want %s", tt.name, got.UTC(), tt.want)
		}
	}
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
