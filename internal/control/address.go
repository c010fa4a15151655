package control

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// socketName is the socket's name in the store's folder.
const socketName = "control.sock"

// maxAddress is the longest address that every system takes: sun_path less its
// closing zero, of the systems where it is shortest.
const maxAddress = 103

// Path is where the bridge of a store listens.
func Path(folder string) string { return filepath.Join(folder, socketName) }

// within calls do with an address of name in the folder that is short enough.
// The address holds while do runs.
func within(folder, name string, do func(address string) error) error {
	path := filepath.Join(folder, name)
	if len(path) <= maxAddress {
		return do(path)
	}
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	short := filepath.Join("/proc/self/fd", strconv.Itoa(int(f.Fd())), name)
	if _, err := os.Stat(filepath.Dir(short)); err != nil {
		return fmt.Errorf("the socket's path %s has %d bytes and this system takes %d: choose a shorter store.path", path, len(path), maxAddress)
	}
	return do(short)
}
