package ledger

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/odoobridge/odoobridge/internal/store"
)

// lockFile keeps other processes from opening the ledger. The lock is the
// kernel's: it ends with the process, however that ends.
func lockFile(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = fmt.Errorf("%w: another process has it open", store.ErrInUse)
		}
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
