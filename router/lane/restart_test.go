package lane

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

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

// After a crash urgent events of the past jump no wait: what the earlier run has
// delivered is newer than some of them.
func TestNothingOlderFollowsWhatWasDeliveredBeforeACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(conflated(time.Minute, "stock_level.out"))
		synctest.Wait()
		w.store.breakWith(errors.New("the disk is slow"))
		w.write("stock_level", 1, "changed", fields{"available": "5"})
		w.write("stock_level", 1, "out", fields{"available": "0"})
		w.write("stock_level", 1, "changed", fields{"available": "-1"})
		time.Sleep(2 * time.Minute)
		r.crash()
		r = w.start(conflated(time.Minute, "stock_level.out"))
		time.Sleep(2 * time.Minute)
		want := []string{
			`1-0/110-1 stock_level.out stock_level/1 r2 [available] {"available":"5"} x2`,
			`1-0/118-1 stock_level.changed stock_level/1 r3 [available] {"available":"0"}`,
			`1-0/118-1 stock_level.out stock_level/1 r3 [available] {"available":"5"} x3`,
		}
		if d := cmp.Diff(want, w.lines(queue)); d != "" {
			t.Error(d)
		}
		_ = r.stop()
	})
}
