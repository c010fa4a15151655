package lane

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/odoobridge/odoobridge/internal/config"
)

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
