package devenv

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// workdirPrefix starts the name of every directory a server lives in. It is
// short because the path of a Unix socket has at most 107 bytes.
const workdirPrefix = "odoobridge-env-"

// lockName is the file whose lock says that the directory's owner lives.
const lockName = "owner.lock"

// workdir is the directory of one server.
type workdir struct {
	path string
	lock *os.File
}

// newWorkdir makes a directory and removes those whose owners have died.
func newWorkdir() (*workdir, error) {
	sweep(os.TempDir())
	path, err := os.MkdirTemp("", workdirPrefix)
	if err != nil {
		return nil, fmt.Errorf("make a directory for the server: %w", err)
	}
	lock, err := lockOwner(path)
	if err != nil {
		_ = os.RemoveAll(path)
		return nil, fmt.Errorf("lock the directory of the server: %w", err)
	}
	// The server may run as another user, who must be able to get inside.
	if err := os.Chmod(path, 0o755); err != nil {
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
func lockOwner(path string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(path, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// sweep removes the directories of owners that were killed. A directory whose
// lock file is not there yet is being made by somebody, so it stays.
func sweep(tmp string) {
	left, _ := filepath.Glob(filepath.Join(tmp, workdirPrefix+"*"))
	for _, path := range left {
		if _, err := os.Stat(filepath.Join(path, lockName)); err != nil {
			continue
		}
		lock, err := lockOwner(path)
		if err != nil {
			continue
		}
		_ = os.RemoveAll(path)
		_ = lock.Close()
	}
}
