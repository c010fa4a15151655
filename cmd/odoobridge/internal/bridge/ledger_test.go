package bridge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestAFolderThatCannotBeWrittenSaysWhatToDo(t *testing.T) {
	for cause, says := range map[error]string{
		syscall.EACCES: fmt.Sprintf("chown -R %d /var/lib/odoobridge", os.Getuid()),
		syscall.EROFS:  "Mount what /var/lib/odoobridge is on for writing",
		syscall.ENOSPC: "Make room on the disk of /var/lib/odoobridge",
	} {
		err := unwritable(fmt.Errorf("open the ledger: %w", &fs.PathError{Op: "open", Path: "ledger.db", Err: cause}), "/var/lib/odoobridge")
		if !errors.Is(err, cause) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "%!") {
			t.Errorf("%v: %v", cause, err)
		}
	}
	if err := unwritable(nil, "/"); err != nil {
		t.Error(err)
	}
}
