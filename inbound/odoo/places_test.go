package odoo

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"
)

// A proxy gives calls up that Odoo goes on with. Counted where they are at work: in Odoo.
func TestOdooNeverSeesMoreThanItsLimitThoughCallsAreGivenUp(t *testing.T) {
	f := newFake(t, "17.0")
	var mu sync.Mutex
	now, most, given := 0, 0, 0
	f.answer = func(w http.ResponseWriter, _ rpcCall) {
		mu.Lock()
		defer mu.Unlock()
		now++
		most = max(most, now)
		if given++; given%2 == 0 {
			now--
			result(w, "true")
			return
		}
		w.WriteHeader(http.StatusGatewayTimeout) // and it is at work until its limit
	}
	c := client(t, f, func(o *Options) { o.MaxInFlight, o.Failures = 3, 1000 })
	if _, err := c.Release(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.places.later = func(wait time.Duration, release func()) {
		if wait <= 0 || wait > time.Minute {
			t.Errorf("a place is kept for %s, and a call takes a minute at most", wait)
		}
		go func() {
			mu.Lock()
			now-- // Odoo has ended it
			mu.Unlock()
			release()
		}()
	}
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() {
			if err := c.Do(context.Background(), aCall, nil); err != nil && !IsKind(err, Ambiguous) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most > 3 {
		t.Errorf("%d calls at a time", most)
	}
}

func TestACallThatIsGivenUpKeepsItsPlaceUntilOdooHasEndedIt(t *testing.T) {
	f := newFake(t, "17.0")
	arrived, done := make(chan struct{}), make(chan struct{})
	f.answer = func(http.ResponseWriter, rpcCall) { arrived <- struct{}{}; <-done }
	c := client(t, f, func(o *Options) { o.MaxInFlight = 1 })
	defer close(done)
	if _, err := c.Release(context.Background()); err != nil {
		t.Fatal(err)
	}
	var wait time.Duration
	var release func()
	c.places.later = func(d time.Duration, do func()) { wait, release = d, do }
	ctx, leave := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- c.Do(ctx, aCall, nil) }()
	<-arrived
	leave()
	if err := <-ended; !IsKind(err, Ambiguous) {
		t.Error(err)
	}
	if wait <= 0 || wait > time.Minute || c.places.free.TryAcquire(1) {
		t.Fatalf("the place is free, or kept for %s", wait)
	}
	release()
	if !c.places.free.TryAcquire(1) {
		t.Error("the place is never free again")
	}
}

func TestAConnectionThatEndsByItselfKeepsNoPlace(t *testing.T) {
	f := newFake(t, "17.0")
	f.answer = func(http.ResponseWriter, rpcCall) { panic(http.ErrAbortHandler) }
	c := client(t, f, func(o *Options) { o.MaxInFlight, o.Failures = 1, 1000 })
	for range 3 {
		if err := c.Do(context.Background(), aCall, nil); !IsKind(err, Ambiguous) {
			t.Error(err)
		}
	}
}
