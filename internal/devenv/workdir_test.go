package devenv

import (
	"os"
	"sync"
	"testing"
)

// Servers start at the same moment, in one program and in several, and each
// sweeps first.
func TestNoDirectoryIsSweptWhileItIsMade(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				made, err := newWorkdir()
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := os.Stat(made.join(lockName)); err != nil {
					t.Error(err)
				}
				if err := made.remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) > 0 {
		t.Errorf("%d directories are left (%v)", len(left), err)
	}
}
