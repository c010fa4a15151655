package odoo

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestTheClientKnowsHowCallsGo has calls fail, be refused and be answered: since when, how often and why is known, of Odoo and of a user.
func TestTheClientKnowsHowCallsGo(t *testing.T) {
	f := newFake(t, "17.0")
	at := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	var seconds atomic.Int64
	var ahead atomic.Int64
	key := "k1"
	c := client(t, f, func(o *Options) {
		o.Failures, o.Pause = 3, 15*time.Second
		o.Now = func() time.Time { return at.Add(time.Duration(seconds.Load()) * time.Second) }
		o.Key = func(context.Context) (string, error) { return key, nil }
		o.Clock = func(by time.Duration) { ahead.Store(int64(by)) }
	})
	if s := c.Way(); !s.Answered.IsZero() || s.Failures != 0 {
		t.Errorf("before the first call: %+v", s)
	}
	var during atomic.Int64
	f.answer = func(w http.ResponseWriter, _ rpcCall) {
		during.Store(int64(c.InFlight()))
		w.Header().Set("Date", at.Add(time.Hour).Format(http.TimeFormat))
		result(w, "true")
	}
	if err := c.Do(t.Context(), aCall, nil); err != nil {
		t.Fatal(err)
	}
	if s := c.Way(); !s.Answered.Equal(at) || during.Load() != 1 || c.InFlight() != 0 || time.Duration(ahead.Load()) != time.Hour {
		t.Errorf("after an answer: %+v, %d calls during it, %d afterwards, ahead %s", s, during.Load(), c.InFlight(), time.Duration(ahead.Load()))
	}

	f.answer = func(w http.ResponseWriter, _ rpcCall) { w.WriteHeader(502) }
	for n := range 3 {
		seconds.Store(int64(10 + n))
		_ = c.Do(t.Context(), aCall, nil)
	}
	s := c.Way()
	if !s.Open || s.Failures != 3 || !s.Failing.Equal(at.Add(10*time.Second)) || !s.Tried.Equal(at.Add(12*time.Second)) || s.After != 15*time.Second || !strings.Contains(s.Err.Error(), aCall.Method) {
		t.Errorf("after three that failed: %+v", s)
	}
	if s := c.Login(); s.Failures != 0 {
		t.Errorf("it counts against the user: %+v", s)
	}

	quick := client(t, f, func(o *Options) {
		o.Pause = time.Millisecond
		o.Failures = 1
		o.Key = func(context.Context) (string, error) { return key, nil }
	})
	key = "another"
	if err := quick.Try(t.Context()); !IsKind(err, Denied) {
		t.Fatal(err)
	}
	if s := quick.Login(); s.Failures != 1 || s.Failing.IsZero() || quick.Way().Failures != 0 {
		t.Errorf("after a key that is refused: %+v, %+v", s, quick.Way())
	}
	key = "k1"
	f.answer = func(w http.ResponseWriter, _ rpcCall) { result(w, "[]") }
	goesThrough(t, quick)
	if s := quick.Login(); s.Failures != 0 || s.Answered.IsZero() || s.Err != nil {
		t.Errorf("after a key that is taken: %+v", s)
	}
}
