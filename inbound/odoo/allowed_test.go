package odoo

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
)

func TestNoRequestLeavesThatIsNotAllowed(t *testing.T) {
	f := newFake(t, "17.0")
	var calls atomic.Int64
	f.answer = func(w http.ResponseWriter, _ rpcCall) { calls.Add(1); result(w, "true") }
	var denied error
	c := client(t, f, func(o *Options) { o.Allowed = func() error { return denied } })
	if err := c.Do(context.Background(), aCall, nil); err != nil {
		t.Fatal(err)
	}
	before := calls.Load()
	denied = errors.New("another one is at work")
	for range 10 { // more than would open the circuit
		var e *Error
		if err := c.Do(context.Background(), aCall, nil); !errors.As(err, &e) || e.Kind != Paused || e.After <= 0 || !errors.Is(err, denied) {
			t.Errorf("a call that is not allowed: %v", err)
		}
	}
	if n := calls.Load() - before; n > 0 {
		t.Errorf("%d calls reached Odoo", n)
	}
	denied = nil
	if err := c.Do(context.Background(), aCall, nil); err != nil {
		t.Errorf("allowed again: %v", err)
	}
}
