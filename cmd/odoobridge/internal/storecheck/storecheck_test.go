package storecheck

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/config"
)

func find(t *testing.T, findings []check.Finding, code string) check.Finding {
	t.Helper()
	for _, f := range findings {
		if f.Code == code {
			return f
		}
	}
	t.Fatalf("no finding %s in %+v", code, findings)
	return check.Finding{}
}

func look(dir string) []check.Finding {
	return check.Run(context.Background(), Questions(&config.Config{Store: config.Store{Path: dir, MaxSize: 64 << 20}}), nil)
}

func TestLookingLeavesNothingBehind(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "store")
	findings := look(dir)
	if f := find(t, findings, "store.path"); f.Severity != check.OK || !strings.Contains(f.What, "will be made") {
		t.Errorf("got %+v", f)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(dir)), "*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

func TestAFolderOpenToOthersIsNamed(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if f := find(t, look(dir), "store.path"); f.Severity != check.Warn || f.Remedy != "chmod 700 "+dir {
		t.Errorf("got %+v", f)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if f := find(t, look(dir), "store.path"); f.Severity != check.OK {
		t.Errorf("after the remedy: %+v", f)
	}
}

func TestAFileInTheWayIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if f := find(t, look(file), "store.path"); f.Severity != check.Fail {
		t.Errorf("got %+v", f)
	}
}

// TestAFullDiskHasAnotherRemedyThanAFolderOfSomebodyElse: a full disk is no matter of who owns the folder.
func TestAFullDiskHasAnotherRemedyThanAFolderOfSomebodyElse(t *testing.T) {
	for errno, remedy := range map[syscall.Errno]string{
		syscall.ENOSPC: "make room, or move store.path to a larger disk",
		syscall.EDQUOT: "make room, or move store.path to a larger disk",
		syscall.EACCES: "install -d -m 700 -o odoobridge /store",
		syscall.EROFS:  "install -d -m 700 -o odoobridge /store",
	} {
		f := unwritable("/store", "/store cannot be written", &fs.PathError{Op: "write", Path: "/store/x", Err: errno})
		if f.Severity != check.Fail || !strings.Contains(f.What, errno.Error()) || !strings.Contains(f.Remedy, remedy) {
			t.Errorf("%s: %+v", errno, f)
		}
	}
}

func TestAStrangeFileIsNamed(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "odoobridge.db"), []byte("this is no database at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if f := find(t, look(dir), "store.file"); f.Severity != check.Fail || !strings.Contains(f.What, "is not a store of the bridge") {
		t.Errorf("got %+v", f)
	}
}

func TestSpaceIsComparedWithTheLimit(t *testing.T) {
	for _, tc := range []struct {
		free, used, limit int64
		want              check.Severity
	}{{100 << 30, 0, 20 << 30, check.OK}, {10 << 30, 0, 20 << 30, check.Warn}, {10 << 30, 15 << 30, 20 << 30, check.OK}, {1 << 20, 0, 1 << 20, check.Fail}} {
		if f := space(tc.free, tc.used, tc.limit); f.Severity != tc.want {
			t.Errorf("%+v gives %+v", tc, f)
		}
	}
}
