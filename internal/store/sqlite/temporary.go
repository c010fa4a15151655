package sqlite

import (
	"os"
	"path/filepath"
	"time"
)

const temporaryPrefix = "odoobridge-temporary-"

// temporaryFolder makes a folder for a store that lasts as long as the process
// uses it, and removes those of processes that were killed.
func temporaryFolder() (string, error) {
	sweep(os.TempDir(), time.Now())
	return os.MkdirTemp("", temporaryPrefix)
}

// sweep removes folders that nobody holds the lock of. Young ones are left
// alone: their lock may be on its way.
func sweep(dir string, now time.Time) {
	found, _ := filepath.Glob(filepath.Join(dir, temporaryPrefix+"*")) //nolint:errcheck // the pattern is good
	for _, folder := range found {
		info, err := os.Stat(folder)
		if err != nil || now.Sub(info.ModTime()) < time.Minute {
			continue
		}
		lock, err := lockFolder(folder)
		if err != nil {
			continue // in use, or another user's
		}
		_ = os.RemoveAll(folder) //nolint:errcheck // tried again next time
		_ = lock.Close()         //nolint:errcheck // nothing was written
	}
}
