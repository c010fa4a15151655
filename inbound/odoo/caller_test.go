package odoo

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

func keyOf(key string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return key, nil }
}

func TestEachUserCallsAsItself(t *testing.T) {
	f := newFake(t, "17.0")
	var logins []any
	f.login = func(login any) string {
		logins = append(logins, login)
		return map[any]string{"bridge": "8", "shop": "11"}[login]
	}
	var callers []any
	f.answer = func(w http.ResponseWriter, call rpcCall) {
		callers = append(callers, call.Params.Args[1])
		result(w, "true")
	}
	bridge := client(t, f, nil)
	shop := bridge.As(Caller{Login: "shop", Key: keyOf("k1")})
	for _, c := range []*Client{bridge, shop, bridge} {
		if err := c.Do(context.Background(), aCall, nil); err != nil {
			t.Fatal(err)
		}
	}
	if uid, err := shop.UID(context.Background()); err != nil || uid != 11 {
		t.Errorf("the shop's user is %d: %v", uid, err)
	}
	if len(callers) != 3 || callers[0] != 8.0 || callers[1] != 11.0 || callers[2] != 8.0 || len(logins) != 2 {
		t.Errorf("called as %v after logging in as %v", callers, logins)
	}
}

func TestARefusedKeyHoldsBackItsOwnUserAlone(t *testing.T) {
	f := newFake(t, "17.0")
	f.answer = func(w http.ResponseWriter, _ rpcCall) { result(w, "true") }
	var refused []bool
	key := "wrong"
	bridge := client(t, f, func(o *Options) { o.Failures, o.Pause = 3, time.Millisecond })
	shop := bridge.As(Caller{Login: "shop", Key: func(context.Context) (string, error) { return key, nil }, Refused: func(now bool) { refused = append(refused, now) }})
	for range 3 {
		if err := shop.Do(context.Background(), aCall, nil); !IsKind(err, Denied) {
			t.Fatal(err)
		}
	}
	if s := shop.State(); !s.Open || s.Reason != Denied {
		t.Errorf("the shop's calls go on: %+v", s)
	}
	if s := bridge.State(); s.Open {
		t.Errorf("the bridge's are held back too: %+v", s)
	}
	if err := bridge.Do(context.Background(), aCall, nil); err != nil {
		t.Errorf("the bridge: %v", err)
	}
	key = "k1"
	goesThrough(t, shop)
	if len(refused) != 2 || !refused[0] || refused[1] {
		t.Errorf("told %v, want that it was refused and is not any more", refused)
	}
}

func TestUsersShareTheCircuit(t *testing.T) {
	f := newFake(t, "17.0")
	var calls atomic.Int64
	f.answer = func(w http.ResponseWriter, _ rpcCall) { calls.Add(1); w.WriteHeader(502) }
	bridge := client(t, f, func(o *Options) { o.Failures, o.Pause = 2, time.Hour })
	shop := bridge.As(Caller{Login: "shop", Key: keyOf("k1")})
	for _, c := range []*Client{bridge, shop} {
		if err := c.Do(context.Background(), aCall, nil); !IsKind(err, Ambiguous) {
			t.Fatal(err)
		}
	}
	for _, c := range []*Client{bridge, shop} {
		var e *Error
		if err := c.Do(context.Background(), aCall, nil); !errors.As(err, &e) || e.Kind != Paused || calls.Load() != 2 {
			t.Errorf("%v after %d calls", err, calls.Load())
		}
	}
}

func TestOdooSeesNoMoreThanItsLimitWhoeverCalls(t *testing.T) {
	f := newFake(t, "17.0")
	most := f.countAtATime()
	bridge := client(t, f, func(o *Options) { o.MaxInFlight = 2 })
	var calling sync.WaitGroup
	for range 6 {
		user := bridge.As(Caller{Login: "shop", Key: keyOf("k1")})
		calling.Go(func() {
			for range 5 {
				if err := user.Do(context.Background(), aCall, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	calling.Wait()
	if most.Load() > 2 {
		t.Errorf("%d calls at a time, want at most 2", most.Load())
	}
}

// What stops a call before it is made says nothing of Odoo: a circuit that tries whether it may
// close stays as it is.
func TestACallThatIsNotMadeClosesNoCircuit(t *testing.T) {
	f := newFake(t, "17.0")
	f.answer = func(w http.ResponseWriter, _ rpcCall) { w.WriteHeader(502) }
	c := client(t, f, func(o *Options) { o.Failures, o.Pause = 1, time.Millisecond })
	if err := c.Do(context.Background(), aCall, nil); !IsKind(err, Ambiguous) {
		t.Fatal(err)
	}
	testkit.Eventually(t, time.Minute, func() bool {
		done, err := c.allow() // the way is half open now: one call may try
		if err == nil {
			done(&Error{Kind: Stopped, Err: context.Canceled})
		}
		return err == nil
	}, nil)
	if !c.State().Open {
		t.Error("closed by a call that was never made")
	}
}
