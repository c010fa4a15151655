package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func running() string { return "" }

type question struct {
	Count int `json:"count"`
}

// serveIn runs a server in the folder until the test ends or stop is called.
func serveIn(t *testing.T, folder string) (s *Server, stop func()) {
	t.Helper()
	s, err := Listen(folder, running, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	stop = func() {
		cancel()
		err := <-done
		done <- nil
		if err != nil {
			t.Errorf("serve: %v", err)
		}
	}
	t.Cleanup(stop)
	return s, stop
}

func TestACallHasProgressAndAResult(t *testing.T) {
	s, _ := serveIn(t, t.TempDir())
	s.Handle("count", func(_ context.Context, r *Request) (any, error) {
		var q question
		if err := r.Into(&q); err != nil {
			return nil, err
		}
		for i := range q.Count {
			if err := r.Say(i); err != nil {
				return nil, err
			}
		}
		return question{q.Count * 2}, nil
	})
	var heard []string
	var answer question
	c := NewClient(filepath.Dir(s.path))
	err := c.Call(t.Context(), "count", question{3}, &answer, func(p json.RawMessage) { heard = append(heard, string(p)) })
	if err != nil || answer.Count != 6 || strings.Join(heard, " ") != "0 1 2" {
		t.Errorf("answer %v, heard %v, error %v", answer, heard, err)
	}
	if err := c.Call(t.Context(), "count", map[string]int{"cuont": 3}, &answer, nil); err == nil || !strings.Contains(err.Error(), "cuont") {
		t.Errorf("a field that nobody knows: %v", err)
	}
	if err := c.Call(t.Context(), "nothing", nil, nil, nil); err == nil || !strings.Contains(err.Error(), "another version") {
		t.Errorf("a name that nobody knows: %v", err)
	}
}

type exitThree struct{}

func (exitThree) Error() string { return "a person must decide" }
func (exitThree) ExitCode() int { return 3 }

func TestAnErrorKeepsItsTextAndExitCode(t *testing.T) {
	s, _ := serveIn(t, t.TempDir())
	s.Handle("person", func(context.Context, *Request) (any, error) { return nil, fmt.Errorf("wrapped: %w", exitThree{}) })
	s.Handle("plain", func(context.Context, *Request) (any, error) { return nil, errors.New("no") })
	s.Handle("dumb", func(context.Context, *Request) (any, error) { return func() {}, nil })
	c := NewClient(filepath.Dir(s.path))
	for name, want := range map[string]RefusedError{
		"person": {"wrapped: a person must decide", 3}, "plain": {"no", 1},
		"dumb": {"encode the answer: json: unsupported type: func()", 1},
	} {
		var refused *RefusedError
		if err := c.Call(t.Context(), name, nil, nil, nil); !errors.As(err, &refused) || *refused != want {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}

func TestWithoutABridgeTheVerbSaysWhere(t *testing.T) {
	folder := t.TempDir()
	check := func(when string) {
		t.Helper()
		var none *NoBridgeError
		err := NewClient(folder).Call(t.Context(), "x", nil, nil, nil)
		if !errors.As(err, &none) || !strings.Contains(err.Error(), "no bridge runs on "+folder+": start it with `odoobridge run`") {
			t.Errorf("%s: %v", when, err)
		}
	}
	check("where none ever was")
	l, err := net.Listen("unix", Path(folder))
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close() //nolint:errcheck // as a killed bridge does
	check("where one was killed")

	s, stop := serveIn(t, folder) // in place of the dead one's
	s.Handle("x", func(context.Context, *Request) (any, error) { return nil, nil })
	if err := NewClient(folder).Call(t.Context(), "x", nil, nil, nil); err != nil {
		t.Errorf("the next bridge does not answer: %v", err)
	}
	if _, err := Listen(folder, running, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrInUse) {
		t.Errorf("a second bridge: %v", err)
	}
	stop()
	check("where one was stopped")
	if left, _ := os.ReadDir(folder); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestABridgeThatStartsSaysWhatItIsAt(t *testing.T) {
	folder := t.TempDir()
	s, err := Listen(folder, func() string { return "reading the tables: 40 %" }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	err = NewClient(folder).Call(t.Context(), "replay", nil, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "still starting (reading the tables: 40 %)") {
		t.Errorf("said %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestOnlyTheOwnerMayCommand(t *testing.T) {
	s, _ := serveIn(t, t.TempDir())
	info, err := os.Stat(s.path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestALongPathIsReachedAllTheSame(t *testing.T) {
	folder := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	s, _ := serveIn(t, folder)
	s.Handle("x", func(context.Context, *Request) (any, error) { return 7, nil })
	var n int
	if err := NewClient(folder).Call(t.Context(), "x", nil, &n, nil); err != nil || n != 7 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestAHandlerEndsWithItsVerbAndWithItsBridge(t *testing.T) {
	s, stop := serveIn(t, t.TempDir())
	began, ended := make(chan struct{}), make(chan struct{})
	s.Handle("wait", func(ctx context.Context, _ *Request) (any, error) {
		began <- struct{}{}
		<-ctx.Done()
		ended <- struct{}{}
		return nil, ctx.Err()
	})
	c := NewClient(filepath.Dir(s.path))
	call := func(ctx context.Context) chan error {
		done := make(chan error, 1)
		go func() { done <- c.Call(ctx, "wait", nil, nil, nil) }()
		<-began
		return done
	}
	ctx, cancel := context.WithCancel(t.Context())
	first := call(ctx)
	cancel()
	<-ended
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the verb that was stopped: %v", err)
	}
	second := call(t.Context())
	go func() { <-ended }()
	stop()
	if err := <-second; err == nil {
		t.Error("the bridge stopped, and the verb took that for an answer")
	}
}
