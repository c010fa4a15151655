package ledger

import (
	"errors"
	"os"
	"syscall"
)

// syncData has what was written to a file on disk, and its length if that has changed.
func syncData(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd())) //nolint:gosec // a descriptor
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
