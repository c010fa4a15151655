package odoo

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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

// A bridge may stand still between its look and the write, and another one take over meanwhile.
func TestNoRequestIsWrittenThatWasAllowedAMomentAgo(t *testing.T) {
	for _, at := range []string{"http", "https"} {
		f := newFake(t, "17.0")
		var calls, looks, until atomic.Int64
		f.answer = func(w http.ResponseWriter, _ rpcCall) { calls.Add(1); result(w, "true") }
		c := client(t, f, func(o *Options) {
			if at == "https" {
				secured := httptest.NewTLSServer(f)
				t.Cleanup(secured.Close)
				o.URL, o.TLS.CAFile = secured.URL, filepath.Join(t.TempDir(), "ca.pem")
				ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secured.Certificate().Raw})
				if err := os.WriteFile(o.TLS.CAFile, ca, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			o.Allowed = func() error {
				if looks.Add(1) > until.Load() {
					return errors.New("another one is at work")
				}
				return nil
			}
		})
		for _, kept := range []bool{false, true} { // with a connection of its own, and with one that is there
			if kept {
				until.Store(1 << 30)
				if err := c.Do(context.Background(), aCall, nil); err != nil {
					t.Fatal(at, err)
				}
			}
			before := calls.Load()
			looks.Store(0)
			until.Store(1)
			if err := c.Do(context.Background(), aCall, nil); !IsKind(err, Paused) {
				t.Errorf("%s: a call that was allowed a moment ago: %v", at, err)
			}
			if n := calls.Load() - before; n > 0 || looks.Load() < 2 {
				t.Errorf("%s: %d calls reached Odoo, %d looks", at, n, looks.Load())
			}
		}
	}
}
