package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/odoobridge/odoobridge/internal/store"
)

const lockName = "odoobridge.lock"

// lockFolder keeps other processes from opening the store. The lock is the
// kernel's: it ends with the process, however that ends. The number in the file
// only names the holder.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(f.Name()) //nolint:errcheck // only to name the holder
		err = errors.Join(lockError(dir, err, strings.TrimSpace(string(holder))), f.Close())
		return nil, err
	}
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if _, err := fmt.Fprintln(f, os.Getpid()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Hold keeps bridges from the store in the folder, which has to be there, until what it returns is closed. It fails
// with store.ErrInUse when one has it, or is about to.
func Hold(folder string) (io.Closer, error) { return lockFolder(folder) }

func lockError(dir string, err error, holder string) error {
	switch {
	case !errors.Is(err, syscall.EWOULDBLOCK):
		return fmt.Errorf("lock %s: %w", filepath.Join(dir, lockName), err)
	case holder == "":
		return fmt.Errorf("%w: another process has %s open", store.ErrInUse, dir)
	}
	return fmt.Errorf("%w: process %s has %s open", store.ErrInUse, holder, dir)
}
