package lane

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/internal/store"
)

func TestUnknownOutcomeGoesBackToTheOldestWithTheSameIDs(t *testing.T) {
	for name, kind := range map[string]outcomeKind{"lost": loses, "in the queue, confirm lost": forgets} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				failing := "1-0/110-1"
				w.broker.onMessage(func(_ string, m *message.Message) outcomeKind {
					if m.UUID == failing {
						failing = ""
						return kind
					}
					return withholds
				})
				r := w.start(instant())
				synctest.Wait()
				for i := range 4 {
					w.write("order", int64(i), "created", fields{})
				}
				eventually(t, "all sent again", func() bool { return w.broker.count() >= 6 })
				if got := w.store.cursor("c/l"); got != 0 {
					t.Errorf("cursor %d is past unconfirmed deliveries", got)
				}
				w.broker.release(queue)
				eventually(t, "the cursor is saved", func() bool { return w.store.cursor("c/l") == 4 })
				all := []string{"1-0/108-1", "1-0/110-1", "1-0/118-1", "1-0/120-1"}
				if got := ids(w.broker.queue(queue)); !slices.Equal(got[len(got)-4:], all) {
					t.Errorf("after the failure: %v", got)
				}
				_ = r.stop()
			})
		})
	}
}

func TestLaneWaitsLongerBetweenTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(instant())
		synctest.Wait()
		w.broker.onMessage(func(string, *message.Message) outcomeKind { return loses })
		w.write("order", 1, "created", fields{})
		time.Sleep(time.Minute)
		if sent := w.broker.count(); sent < 8 || sent > 20 {
			t.Errorf("%d tries in a minute", sent)
		}
		s := r.set.Status()[0]
		if s.State != Blocked || !errors.Is(s.Err, errNacked) || s.InFlight != 1 || s.Age < 59*time.Second || s.Backlog != 1 {
			t.Errorf("status %+v", s)
		}
		w.broker.onMessage(func(string, *message.Message) outcomeKind { return takes })
		eventually(t, "live again", func() bool { return r.set.Status()[0].State == Live })
		if s := r.set.Status()[0]; s.Age != 0 || s.Backlog != 0 || s.Cursor != 1 || s.Delivered != 1 {
			t.Errorf("status %+v", s)
		}
		_ = r.stop()
	})
}

func TestStuckLaneHoldsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.opts.Grace = time.Second
		w.broker.onMessage(func(topic string, _ *message.Message) outcomeKind {
			if topic == queue {
				return withholds
			}
			return takes
		})
		w.broker.window = 4
		other := instant(func(s *Spec) { s.Name = "other" })
		r := w.start(instant(), other)
		synctest.Wait()
		for i := range 1000 {
			w.write("order", int64(i), "created", fields{})
		}
		eventually(t, "the other lane has all", func() bool { return len(w.broker.queue("channel.c.other")) == 1000 })
		time.Sleep(10 * time.Second)
		if got := w.store.cursor("c/other"); got != 1000 {
			t.Errorf("the other lane's cursor: %d", got)
		}
		s := r.set.Status()
		if s[0].State != Blocked || s[0].Cursor != 0 || s[1].State != Live {
			t.Errorf("status %+v", s)
		}
		if got := r.set.MinCursor(); got != 0 {
			t.Errorf("MinCursor %d", got)
		}
		if err := r.stop(); err != nil { // although Publish waits for room
			t.Error(err)
		}
	})
}

func TestGapStopsTheLaneAndOnlyIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(instant(), instant(func(s *Spec) { s.Name = "other" }))
		synctest.Wait()
		for i := range 10 {
			w.write("order", int64(i), "created", fields{})
		}
		eventually(t, "saved", func() bool { return r.set.MinCursor() == 10 })
		_ = r.stop()
		c := w.store.cursors["c/l"]
		c.Seq = 3
		w.store.cursors["c/l"] = c
		w.journal.trim(5)

		r = w.start(instant(), instant(func(s *Spec) { s.Name = "other" }))
		synctest.Wait()
		w.write("order", 99, "created", fields{})
		synctest.Wait()
		s := r.set.Status()
		var gap *GapError
		if s[0].State != Stopped || !errors.As(s[0].Err, &gap) || !errors.Is(s[0].Err, ErrGap) {
			t.Fatalf("status %+v", s[0])
		}
		if gap.Missing != 4 || gap.First != 6 || gap.Last != 10 {
			t.Errorf("%+v", gap)
		}
		if got := ids(w.broker.queue("channel.c.other")); got[len(got)-1] != "1-0/158-1" {
			t.Errorf("the other lane stopped too: %v", got)
		}
		eventually(t, "the stopped lane holds no entries", func() bool { return r.set.MinCursor() == 11 })
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestGapWhileRunningIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(instant())
		synctest.Wait()
		w.journal.breakWith(errors.New("disk"))
		w.write("order", 1, "created", fields{})
		w.write("order", 2, "created", fields{})
		time.Sleep(time.Second)
		if s := r.set.Status()[0]; s.State != Blocked {
			t.Errorf("status %+v", s)
		}
		w.journal.trim(2)
		w.journal.breakWith(nil)
		eventually(t, "stopped", func() bool { return errors.Is(r.set.Status()[0].Err, ErrGap) })
		_ = r.stop()
	})
}

func TestCursorPastTheJournalIsAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.store.cursors["c/l"] = store.Cursor{Lane: "c/l", Seq: 7}
		r := w.start(instant())
		synctest.Wait()
		var gap *GapError
		if err := r.set.Status()[0].Err; !errors.As(err, &gap) || !gap.Restored {
			t.Errorf("%v", err)
		}
		_ = r.stop()
	})
}

func TestJournalTroubleIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(instant())
		synctest.Wait()
		w.journal.breakWith(errors.New("disk"))
		w.write("order", 1, "created", fields{})
		time.Sleep(time.Second)
		w.journal.breakWith(nil)
		eventually(t, "delivered", func() bool { return len(w.broker.queue(queue)) == 1 })
		eventually(t, "live", func() bool { return r.set.Status()[0].State == Live })
		_ = r.stop()
	})
}
