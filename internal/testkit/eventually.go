package testkit

import (
	"testing"
	"time"
)

// Eventually waits until cond holds and fails the test when it does not within
// timeout; describe then says what there is instead, and may be nil.
func Eventually(t testing.TB, timeout time.Duration, cond func() bool, describe func() string) {
	t.Helper()
	deadline := time.Now().Add(timeout)
	for pause := time.Millisecond; !cond(); pause = min(2*pause, 50*time.Millisecond) {
		if time.Now().After(deadline) {
			what := "the condition does not hold"
			if describe != nil {
				what = describe()
			}
			t.Fatalf("waited %s in vain: %s", timeout, what)
		}
		time.Sleep(pause)
	}
}
