package devenv

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// workdirPrefix starts the name of every directory a server lives in. It is
// short because the path of a Unix socket has at most 107 bytes.
const workdirPrefix = "odoobridge-env-"

// makingPrefix starts its name while it is not locked yet. A process that is
// killed within that moment leaves it behind, empty.
const makingPrefix = "odoobridge-new-"

// lockName is the file whose lock says that the directory's owner lives.
const lockName = "owner.lock"

// workdir is the directory of one server.
type workdir struct {
	path string
	lock *os.File
}

// newWorkdir makes a directory and removes those whose owners have died. It has
// a name that nobody sweeps until it is locked: between the making of a lock's
// file and its locking another server's start would take its owner for dead.
func newWorkdir() (*workdir, error) {
	sweep(os.TempDir())
	making, err := os.MkdirTemp("", makingPrefix)
	if err != nil {
		return nil, fmt.Errorf("make a directory for the server: %w", err)
	}
	lock, err := lockOwner(making, os.O_CREATE)
	if err != nil {
		_ = os.RemoveAll(making)
		return nil, fmt.Errorf("lock the directory of the server: %w", err)
	}
	path := filepath.Join(filepath.Dir(making), workdirPrefix+strings.TrimPrefix(filepath.Base(making), makingPrefix))
	// The server may run as another user, who must be able to get inside.
	if err := errors.Join(os.Chmod(making, 0o755), os.Rename(making, path)); err != nil {
		_ = os.RemoveAll(making)
		_ = lock.Close()
		return nil, fmt.Errorf("open the directory of the server: %w", err)
	}
	return &workdir{path: path, lock: lock}, nil
}

func (w *workdir) join(name string) string { return filepath.Join(w.path, name) }

// remove deletes the directory with all that is in it.
func (w *workdir) remove() error {
	err := os.RemoveAll(w.path)
	_ = w.lock.Close()
	return err
}

// lockOwner takes the lock of a directory, or fails if somebody has it.
func lockOwner(path string, create int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(path, lockName), create|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// sweep removes the directories of owners that were killed.
func sweep(tmp string) {
	left, _ := filepath.Glob(filepath.Join(tmp, workdirPrefix+"*"))
	for _, path := range left {
		lock, err := lockOwner(path, 0)
		if err != nil {
			continue
		}
		_ = os.RemoveAll(path)
		_ = lock.Close()
	}
}
