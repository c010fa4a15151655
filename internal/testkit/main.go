package testkit

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// closers stop what was started for the whole test binary.
var closers struct {
	sync.Mutex
	fns []func() error
}

// OnExit has fn called when the tests are over, last come first.
func OnExit(fn func() error) {
	closers.Lock()
	defer closers.Unlock()
	closers.fns = append(closers.fns, fn)
}

// Main runs the tests, stops the shared servers and fails the run if a
// goroutine was left behind. It does not return. Options are passed on to
// goleak.
func Main(m *testing.M, options ...goleak.Option) {
	code := m.Run()
	if err := closeAll(); err != nil {
		fmt.Fprintln(os.Stderr, "testkit:", err)
		code = max(code, 1)
	}
	if code == 0 {
		if err := goleak.Find(options...); err != nil {
			fmt.Fprintln(os.Stderr, "testkit: goroutines were left behind:", err)
			code = 1
		}
	}
	os.Exit(code)
}

func closeAll() error {
	closers.Lock()
	defer closers.Unlock()
	var first error
	for i := len(closers.fns) - 1; i >= 0; i-- {
		if err := closers.fns[i](); err != nil && first == nil {
			first = err
		}
	}
	closers.fns = nil
	return first
}
